using CsCheck;
using ProcessArsenal.Telemetry.EventPipe.Activities;

namespace ProcessArsenal.Telemetry.Tests.EventPipe.Activities;

public sealed class UrlQueryActivityTests
{
    private static readonly Gen<string> Word = Gen.Char["abc?;%+#"].Array[0, 5].Select(c => new string(c));

    [Theory]
    [InlineData("", "")]
    [InlineData("flag", "flag")]
    [InlineData("a=1", "a=Redacted")]
    [InlineData("a=", "a=Redacted")]
    [InlineData("a=1&flag&b=x=y", "a=Redacted&flag&b=Redacted")]
    [InlineData("=1&&", "=Redacted&&")]
    [InlineData("sig=a%26b&q=OpenTelemetry", "sig=Redacted&q=Redacted")]
    public void Values_are_left_out(string query, string redacted) => Assert.Equal(redacted, UrlQuery.Redact(query, 100));

    [Fact]
    public void A_long_one_is_cut_before_it_is_looked_at() => Assert.Equal("a=Redacted&secr", UrlQuery.Redact("a=12345&secret=6", 12));

    [Fact]
    public void Names_stay_and_nothing_else_does() => Gen.Select(Word, Word.Array[0, 3]).Array[1, 8].Sample(pairs =>
    {
        string Join(Func<string[], string> value) => string.Join('&', pairs.Select(pair => pair.Item1 + (pair.Item2.Length == 0 ? "" : "=" + value(pair.Item2))));
        Assert.Equal(Join(_ => "Redacted"), UrlQuery.Redact(Join(parts => string.Join('=', parts)), 1000));
        Assert.Equal(Join(_ => "Redacted"), UrlQuery.Redact(UrlQuery.Redact(Join(parts => string.Join('=', parts)), 1000), 1000));
    });
}
