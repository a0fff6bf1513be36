using System.Text;
using CsCheck;
using ProcessArsenal.Control.Authorization;

namespace ProcessArsenal.Control.Tests.Authorization;

public sealed class TokenListTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_token_is_known_by_its_text_and_nothing_else_is()
    {
        AccessToken viewer = AccessToken.Create("grafana", Role.Viewer, Now, null, out string text);
        TokenList tokens = TokenList.Empty.With(AccessToken.Create("admin", Role.Admin, Now, null, out string other)).With(viewer);
        Assert.Equal(viewer, tokens.Find(text));
        Assert.Equal("admin", tokens.Find(other)!.Name);
        Gen.Int[0, text.Length - 1].Select(Gen.Char['!', '~']).Sample((at, c) =>
        {
            string wrong = text[..at] + c + text[(at + 1)..];
            return wrong == text || tokens.Find(wrong) is null;
        });
        Assert.Null(tokens.Find(""));
        Assert.Null(tokens.Find(text[..^1]));
        Assert.Null(tokens.Find(text + "a"));
        Assert.Null(tokens.Find(viewer.Sha256)); // What is kept opens nothing.
        Assert.Null(tokens.Without("grafana").Find(text));
    }

    [Fact]
    public void No_two_tokens_are_the_same_and_each_can_stand_anywhere_without_quotes()
    {
        string[] texts = [.. Enumerable.Range(0, 1000).Select(i =>
        {
            AccessToken.Create("t", Role.Viewer, Now, null, out string text);
            return text;
        })];
        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.All(texts, text => Assert.Matches("^pa_[A-Za-z0-9_-]{43}$", text));
    }

    [Fact]
    public void Its_file_holds_everything_but_the_tokens()
    {
        TokenList tokens = TokenList.Empty.With(AccessToken.Create("a", Role.Operate, Now, TimeSpan.FromDays(90), out string first)).With(AccessToken.Create("b.c-d_1", Role.Responder, Now, null, out string second));
        byte[] json = tokens.ToJson();
        string text = Encoding.UTF8.GetString(json);
        Assert.DoesNotContain(first, text, StringComparison.Ordinal);
        Assert.DoesNotContain(second, text, StringComparison.Ordinal);
        TokenList read = TokenList.Parse(json, out string? wrong)!;
        Assert.Null(wrong);
        Assert.Equal(tokens.All, read.All);
        Assert.Equal(json, read.ToJson());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"tokens\":null}")]
    [InlineData("{\"tokens\":[null]}")]
    [InlineData("{\"tokens\":[{}]}")]
    [InlineData("{\"tokens\":[{\"name\":\"a\",\"role\":\"root\",\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"}]}")]
    [InlineData("{\"tokens\":[{\"name\":\"a\",\"role\":\"admin\",\"sha256\":\"00\"}]}")]
    [InlineData("{\"tokens\":[{\"name\":\"a\",\"role\":\"admin\",\"sha256\":\"G000000000000000000000000000000000000000000000000000000000000000\"}]}")]
    [InlineData("{\"tokens\":[{\"name\":\"a b\",\"role\":\"admin\",\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"}]}")]
    [InlineData("{\"tokens\":[{\"name\":\"a\",\"role\":\"admin\",\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"created\":\"x\"}]}")]
    public void What_is_not_wholly_right_is_not_taken(string json)
    {
        Assert.Null(TokenList.Parse(Encoding.UTF8.GetBytes(json), out string? wrong));
        Assert.NotNull(wrong);
    }

    [Fact]
    public void Garbage_does_no_harm() =>
        Gen.Byte.Array[0, 200].Sample(bytes => (TokenList.Parse(bytes, out string? wrong) is null) == (wrong is not null));

    [Fact]
    public void A_token_ends_when_it_says()
    {
        AccessToken token = AccessToken.Create("a", Role.Viewer, Now, TimeSpan.FromHours(1), out _);
        Assert.False(token.IsExpired(Now + TimeSpan.FromMinutes(59)));
        Assert.True(token.IsExpired(Now + TimeSpan.FromHours(1)));
        Assert.False(AccessToken.Create("a", Role.Viewer, Now, null, out _).IsExpired(DateTimeOffset.MaxValue));
    }
}
