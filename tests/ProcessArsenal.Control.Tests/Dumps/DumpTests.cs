using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Tests.Pipeline;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Tests.Dumps;

/// <summary>Dumps of real processes, by the pipeline.</summary>
[Collection("Control")]
public sealed class DumpTests : IAsyncDisposable
{
    private readonly ControlPlace _place = new();
    private readonly ArtifactStore _store;
    private readonly MemoryDumps _dumps;
    private ArtifactLimits _limits = new();

    public DumpTests()
    {
        _store = new ArtifactStore(Path.Join(_place.State, "artifacts"), () => _limits, TimeProvider.System);
        _dumps = new MemoryDumps(_store, _place.Proc, TimeProvider.System);
    }

    [Fact]
    public async Task A_native_process_has_a_core_by_gdb()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/gdb"), "There is no gdb here.");
        Victim victim = _place.Start();
        TargetResult result = await _place.Do(new DumpAction(_dumps, new DumpOrder("core")), victim);
        Assert.True(result.Outcome == OutcomeKind.Succeeded, result.Reason);
        Check(result, "core");
        Assert.True(victim.IsAlive);
        Assert.Equal('S', StateOf(victim.Identity));
    }

    [Theory]
    [InlineData("mini")]
    [InlineData("triage")]
    [InlineData("heap")]
    [InlineData("full")]
    public async Task A_dotnet_process_has_a_dump_of_each_type(string type)
    {
        Victim victim = _place.Start("dotnet", Troubles, "burn", "1");
        Assert.Equal("ready", victim.Line());
        string[] before = Left();
        TargetResult result = await _place.Do(new DumpAction(_dumps, new DumpOrder(type)), victim);
        Assert.True(result.Outcome == OutcomeKind.Succeeded, result.Reason);
        DumpRecord record = Check(result, type);
        Assert.InRange(record.Bytes, 1 << 20, record.Expected); // The guess is rather too high.
        Assert.True(victim.IsAlive);
        Assert.Equal(before, Left());
        TestContext.Current.TestOutputHelper!.WriteLine($"{type}: {record.Bytes >> 20} of {record.Expected >> 20} MiB, frozen for {record.Freeze} s of {record.Duration} s");
    }

    [Fact]
    public async Task One_that_is_larger_than_all_may_be_is_refused()
    {
        _limits = _limits with { MaxSize = 1 << 20 };
        Victim victim = _place.Start();
        TargetResult result = await _place.Do(new DumpAction(_dumps, new DumpOrder("core")), victim);
        Assert.Equal((OutcomeKind.Refused, "disk_headroom"), (result.Outcome, result.Guard));
        Assert.Contains("artifacts.max_size", result.Reason, StringComparison.Ordinal);
        Assert.Empty(_store.List());
    }

    public async ValueTask DisposeAsync()
    {
        await _dumps.DisposeAsync();
        _place.Dispose();
    }

    internal static string Troubles => Path.Join(ProcessArsenal.Tests.Golden.Root(), "tests/targets/Troubles/bin/Release/net10.0/Troubles.dll");

    private static string[] Left() => [.. Directory.GetFileSystemEntries("/tmp", "process-arsenal-dump-*")];

    private static char StateOf(ProcessIdentity identity) => File.ReadAllText($"/proc/{identity.Pid}/stat").Split(") ")[1][0];

    private DumpRecord Check(TargetResult result, string type)
    {
        DumpRecord record = _dumps.Find($"{result.Action}")!;
        Assert.Equal((type, DumpState.Done, null, null), (record.Type, record.State, record.Wrong, record.At));
        string file = _store.FileOf(record);
        Assert.Equal((UnixFileMode.UserRead | UnixFileMode.UserWrite, record.Bytes), (File.GetUnixFileMode(file), new FileInfo(file).Length));
        Assert.Equal(record.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))));
        Assert.InRange(record.Freeze!.Value, 0.001, 30);
        string details = _place.Ledger!.Reader.Find(result.Action!.Value)!.Outcome!.Details!.Value.GetRawText();
        Assert.Contains(record.Sha256!, details, StringComparison.Ordinal);
        Assert.Equal($"{type} max_freeze=30s", _place.Ledger!.Reader.Find(result.Action!.Value)!.Intent.Details!.Value.GetProperty("parameters").GetString());
        return record;
    }
}
