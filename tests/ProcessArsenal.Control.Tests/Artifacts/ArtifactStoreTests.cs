using Microsoft.Extensions.Time.Testing;
using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Tracing;

namespace ProcessArsenal.Control.Tests.Artifacts;

public sealed class ArtifactStoreTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly string _root = Path.Join(Directory.CreateTempSubdirectory("traces-").FullName, "traces");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private ArtifactLimits _limits = new() { MaxSize = 10 * MiB, MaxAge = TimeSpan.FromDays(1), MaxCount = 5 };

    [Fact]
    public void The_oldest_go_when_there_are_too_many_bytes_and_those_that_are_written_stay()
    {
        ArtifactStore store = Open();
        Make(store, 1, TraceState.Recording, 4 * MiB);
        Make(store, 2, TraceState.Done, 4 * MiB);
        Make(store, 3, TraceState.Done, 4 * MiB);
        Assert.Equal([1, 3], Numbers(store));
        Assert.Equal(["1", "3"], Folders());
        _limits = _limits with { MaxSize = MiB };
        Make(store, 4, TraceState.Done, 0);
        Assert.Equal([1, 4], Numbers(store)); // The latest stays, however much room it takes.
    }

    [Fact]
    public void So_they_do_when_they_are_too_old_or_too_many()
    {
        ArtifactStore store = Open();
        Make(store, 1, TraceState.Done, 1);
        _time.Advance(TimeSpan.FromDays(2));
        for (int i = 2; i < 9; i++) Make(store, i, TraceState.Done, 1);
        Assert.Equal([4, 5, 6, 7, 8], Numbers(store));
    }

    [Fact]
    public void What_an_earlier_run_was_writing_is_one_that_broke_off()
    {
        ArtifactStore store = Open();
        Make(store, 7, TraceState.Recording, 0, content: "Nettrace and more");
        Make(store, 8, TraceState.Done, 3);
        Directory.CreateDirectory(Path.Join(_root, "9"));
        File.WriteAllText(Path.Join(_root, "9", "manifest.json"), "{ no sense");
        Directory.CreateDirectory(Path.Join(_root, "somebody's"));
        ArtifactStore next = Open();
        ArtifactRecord one = Assert.Single(next.Load());
        Assert.Equal([7, 8], Numbers(next));
        TraceRecord broken = Assert.IsType<TraceRecord>(next.Find("7"));
        Assert.Equal(broken, one);
        Assert.Equal((TraceState.Done, "interrupted", "the exporter ended meanwhile", 17L), (broken.State, broken.Ended, broken.Wrong, broken.Bytes));
        Assert.Equal(store.Find("8"), Assert.IsType<TraceRecord>(next.Find("8")) with { For = Assert.IsType<TraceRecord>(store.Find("8")).For });
        Assert.Null(next.Find("../7"));
        Assert.True(Directory.Exists(Path.Join(_root, "somebody's")));
    }

    [Fact]
    public void One_is_called_as_it_is_written_and_in_no_other_way()
    {
        ArtifactStore store = Open();
        Make(store, 3, TraceState.Done, 1);
        Assert.NotNull(store.Find("3"));
        Assert.All((string[])["03", "+3", " 3", "3 ", "-3", "3.0", "0x3", "\u0663", "", "99999999999999999999"], id => Assert.Null(store.Find(id)));
    }

    [Fact]
    public void Who_wants_one_no_more_removes_it_once_it_is_written()
    {
        ArtifactStore store = Open();
        Make(store, 1, TraceState.Recording, 1);
        Make(store, 2, TraceState.Done, 1);
        Assert.Equal((false, true, false, false), (store.TryRemove("1"), store.TryRemove("2"), store.TryRemove("2"), store.TryRemove("3")));
        Assert.Equal([1], Numbers(store));
        Assert.Equal(["1"], Folders());
    }

    [Fact]
    public void A_manifest_may_say_any_size()
    {
        ArtifactStore store = Open();
        for (int i = 1; i < 4; i++) Make(store, i, TraceState.Done, 1);
        for (int i = 1; i < 4; i++) store.Write(Record(i, TraceState.Done, long.MaxValue));
        ArtifactStore next = Open();
        Assert.Empty(next.Load());
        Assert.Equal([3], Numbers(next)); // The latest stays, however much room it takes.
    }

    [Fact]
    public void It_is_ours_alone()
    {
        ArtifactStore store = Open();
        Make(store, 1, TraceState.Done, 0);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_root));
        Assert.All(Directory.GetFiles(Path.Join(_root, "1")), static file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void Without_room_none_is_begun()
    {
        ArtifactStore store = Open();
        IOException e = Assert.Throws<IOException>(() => store.Begin(Record(1, TraceState.Recording, 0), long.MaxValue / 2, "ask for less with max_bytes"));
        Assert.Contains("ask for less with max_bytes", e.Message, StringComparison.Ordinal);
        Assert.Empty(Folders());
    }

    [Fact]
    public void Kinds_share_the_room_and_each_is_read_as_what_it_was()
    {
        ArtifactStore store = Open();
        Make(store, 1, TraceState.Done, 4 * MiB);
        var dump = new DumpRecord { Id = "2", Action = 2, Identity = "4711-1-ab", Pid = 4711, Name = "orders", Type = "heap", State = DumpState.Done, Began = _time.GetUtcNow(), Expected = 1, MaxFreeze = 30, File = "dump.dmp", Bytes = 7 * MiB, At = new DumpLocation("/tmp", "a", "b", 4026531841) };
        store.Begin(dump, 0, "").Dispose();
        Assert.True(store.Write(dump));
        store.Set(dump);
        Assert.Equal([2], Numbers(store)); // Together they were too large.
        ArtifactStore next = Open();
        Assert.Empty(next.Load());
        Assert.Equal(dump, next.Find("2"));
        Assert.EndsWith("/2/dump.dmp", next.FileOf(dump), StringComparison.Ordinal);
        Assert.EndsWith("/2/b.dmp", next.FileOf(dump with { File = "../../a/b.dmp" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu", true)]
    [InlineData("Microsoft-Windows-DotNETRuntime:0x8000:2", true)]
    [InlineData("A:ff", true)]
    [InlineData("A:0x1:6", false)]
    [InlineData("A:x", false)]
    [InlineData("A\0B:1:5", false)]
    [InlineData("A B:1", false)]
    [InlineData("Microsoft-Windows-DotNETRuntime:0x800001:4", false)] // It would collect.
    [InlineData(":1", false)]
    [InlineData("cup", false)]
    [InlineData("Microsoft-Diagnostics-DiagnosticSource:0x3:4", false)] // The session that is always there has its only filter.
    public void What_can_be_asked_for_is_known(string text, bool known) => Assert.Equal(known, TraceOrder.IsKnown(text));

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_root)!, recursive: true);

    private ArtifactStore Open() => new(_root, () => _limits, _time);

    private void Make(ArtifactStore store, long number, TraceState state, long bytes, string content = "")
    {
        using (FileStream file = store.Begin(Record(number, TraceState.Recording, 0), 0, "ask for less")) file.Write(System.Text.Encoding.ASCII.GetBytes(content));
        TraceRecord record = Record(number, state, bytes);
        store.Write(record);
        store.Set(record);
    }

    private TraceRecord Record(long number, TraceState state, long bytes) => new()
    {
        Id = number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Action = number,
        Identity = "4711-1-ab",
        Pid = 4711,
        Name = "orders",
        For = ["cpu"],
        State = state,
        Began = _time.GetUtcNow(),
        Asked = 10,
        Bytes = bytes,
    };

    private static long[] Numbers(ArtifactStore store) => [.. store.List().Select(static record => record.Action)];

    private string[] Folders() => Directory.Exists(_root) ? [.. Directory.GetDirectories(_root).Select(static folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)] : [];
}
