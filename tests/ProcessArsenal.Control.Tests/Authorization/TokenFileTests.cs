using Microsoft.Extensions.Time.Testing;
using ProcessArsenal.Control.Authorization;

namespace ProcessArsenal.Control.Tests.Authorization;

/// <summary>Real files.</summary>
public sealed class TokenFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("tokens-").FullName;
    private readonly FakeTimeProvider _time = new(Now);

    private TokenFile File => new(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_first_tokens_are_made_once_and_are_for_our_user_alone()
    {
        Assert.True(File.MakeFirst(Now));
        string admin = Text(TokenFile.AdminToken), responder = Text(TokenFile.ResponderToken);
        TokenList tokens = File.Read(out string? wrong)!;
        Assert.Null(wrong);
        Assert.Equal(Role.Admin, tokens.Find(admin)!.Role);
        Assert.Equal(Role.Responder, tokens.Find(responder)!.Role);
        foreach (string name in (string[])[TokenFile.Name, TokenFile.AdminToken, TokenFile.ResponderToken])
            Assert.Equal(OwnerOnly, System.IO.File.GetUnixFileMode(Path.Join(_folder, name)));
        Assert.False(File.MakeFirst(Now));
        Assert.Equal(admin, Text(TokenFile.AdminToken));
    }

    [Fact]
    public void What_others_may_write_to_or_lead_elsewhere_is_not_trusted()
    {
        File.MakeFirst(Now);
        System.IO.File.SetUnixFileMode(File.Path, OwnerOnly | UnixFileMode.GroupWrite);
        Assert.Null(File.Read(out string? wrong));
        Assert.Contains("chmod 600", wrong, StringComparison.Ordinal);
        string elsewhere = Path.Join(_folder, "elsewhere");
        System.IO.File.Move(File.Path, elsewhere);
        System.IO.File.SetUnixFileMode(elsewhere, OwnerOnly);
        System.IO.File.CreateSymbolicLink(File.Path, elsewhere);
        Assert.Null(File.Read(out wrong));
        Assert.Contains("is a link", wrong, StringComparison.Ordinal);
        System.IO.File.Delete(File.Path);
        Directory.CreateDirectory(File.Path);
        Assert.Null(File.Read(out wrong));
        Assert.Contains("no regular file", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_where_it_is_to_be_written_is_replaced_and_not_followed()
    {
        string victim = Path.Join(_folder, "victim");
        System.IO.File.WriteAllText(victim, "mine");
        System.IO.File.CreateSymbolicLink(Path.Join(_folder, TokenFile.AdminToken), victim);
        File.MakeFirst(Now);
        Assert.Equal("mine", System.IO.File.ReadAllText(victim));
        Assert.NotNull(File.Read(out _)!.Find(Text(TokenFile.AdminToken)));
    }

    [Fact]
    public void Many_changes_at_once_are_all_kept()
    {
        File.MakeFirst(Now);
        Parallel.For(0, 40, i => File.Change(tokens => tokens.With(AccessToken.Create($"t{i}", Role.Viewer, Now, null, out _))));
        Assert.Equal(42, File.Read(out _)!.All.Count);
    }

    [Fact]
    public void A_change_of_the_file_counts_within_a_second_and_a_broken_one_lets_nobody_in()
    {
        var told = new List<string?>();
        File.MakeFirst(Now);
        string admin = Text(TokenFile.AdminToken);
        var store = new TokenStore(File, _time) { Troubled = told.Add };
        Assert.NotNull(store.Find(admin));
        string text = "";
        File.Change(tokens => tokens.With(AccessToken.Create("short", Role.Viewer, Now, TimeSpan.FromMinutes(1), out text)));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("short", store.Find(text)!.Name);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(store.Find(text));

        byte[] good = System.IO.File.ReadAllBytes(File.Path);
        System.IO.File.WriteAllText(File.Path, "{");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(store.Find(admin));
        System.IO.File.WriteAllBytes(File.Path, good);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(store.Find(admin));
        System.IO.File.Delete(File.Path);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(store.Find(admin));
        Assert.Equal([null, null, "broken", null, "gone"], told.Select(wrong => wrong is null ? null : wrong.Contains("is gone", StringComparison.Ordinal) ? "gone" : "broken"));
    }

    [Fact]
    public void What_no_waiting_helps_against_is_said_at_once_and_as_it_is()
    {
        long began = TimeProvider.System.GetTimestamp();
        IOException refused = Assert.ThrowsAny<IOException>(() => new TokenFile(Path.Join(_folder, new string('x', 300))).Change(static tokens => tokens));
        Assert.DoesNotContain("another command", refused.Message, StringComparison.Ordinal);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(4));
        File.MakeFirst(Now);
        using FileStream held = new(Path.Join(_folder, ".tokens.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        Assert.Contains("another command holds", Assert.ThrowsAny<IOException>(() => File.Change(static tokens => tokens)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_is_not_there_is_an_error_that_says_so() =>
        Assert.ThrowsAny<IOException>(() => new TokenFile(Path.Join(_folder, "nowhere")).MakeFirst(Now));

    private string Text(string name) => System.IO.File.ReadAllText(Path.Join(_folder, name)).Trim();
}
