using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Control.Tests.Pipeline;

namespace ProcessArsenal.Control.Tests.Dumps;

/// <summary>Dumps of real processes, by the pipeline.</summary>
[Collection("Control")]
public sealed class DumpTests : IAsyncDisposable
{
    private readonly DumpBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    public static MatrixTheoryData<string, string> All => new(["net8.0", "net9.0", "net10.0"], ["mini", "triage", "heap", "full"]);

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_dotnet_process_has_a_dump_of_each_type(string framework, string type)
    {
        Victim victim = _bench.Dotnet(framework);
        TargetResult result = await _bench.Dump(victim, type);
        DumpRecord record = Check(result, type);
        Assert.InRange(record.Bytes, 1 << 20, record.Expected); // The guess is rather too high.
        await DumpBench.GoesOn(victim);
        Assert.Empty(DumpBench.Left());
        TestContext.Current.TestOutputHelper!.WriteLine($"{framework} {type}: {record.Bytes >> 20} of {record.Expected >> 20} MiB, frozen for {record.Freeze} s of {record.Duration} s");
    }

    [Fact]
    public async Task A_native_process_has_a_core_by_gdb()
    {
        Assert.SkipUnless(DumpBench.HasGdb, "There is no gdb here.");
        Victim victim = _bench.Place.Start("/bin/sh", "-c", "while :; do :; done");
        Check(await _bench.Dump(victim, "core"), "core");
        await DumpBench.GoesOn(victim);
        TargetResult result = await _bench.Dump(victim, "heap");
        Assert.Equal((OutcomeKind.Refused, "dump"), (result.Outcome, result.Guard));
        Assert.Contains("it is no .NET process", result.Reason, StringComparison.Ordinal);
        Assert.EndsWith("type core", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_it_has_if_it_is_of_another_user()
    {
        Assert.SkipUnless(DumpBench.IsRoot, "A process of another user takes root.");
        string[] nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "--"];
        Victim dotnet = _bench.Dotnet("net10.0", ["setpriv", .. nobody]);
        Check(await _bench.Dump(dotnet, "heap"), "heap");
        await DumpBench.GoesOn(dotnet);
        Assert.Empty(DumpBench.Left());
        if (!DumpBench.HasGdb) return;
        Victim native = _bench.Place.Start("setpriv", [.. nobody, "/bin/sh", "-c", "echo ready; while :; do :; done"]);
        Assert.Equal("ready", native.Line());
        Check(await _bench.Dump(native, "core"), "core");
        await DumpBench.GoesOn(native);
    }

    [Fact]
    public async Task It_takes_the_role_operate()
    {
        Victim victim = _bench.Place.Start();
        foreach (Role role in (Role[])[Role.Viewer, Role.Diagnose, Role.Responder])
        {
            ControlException e = await Assert.ThrowsAsync<ControlException>(() => _bench.Place.Run(ControlPlace.Ask(new DumpAction(_bench.Dumps, new DumpOrder("core")), TargetSelection.Of(victim.Identity), role: role)));
            Assert.Equal(ControlFault.Forbidden, e.Kind);
        }
        Assert.Equal(Role.Operate, new DumpAction(_bench.Dumps, new DumpOrder("core")).Role);
    }

    [Fact]
    public async Task A_preview_tells_what_it_would_take_and_does_nothing()
    {
        Victim victim = _bench.Dotnet();
        ControlRequest request = ControlPlace.Ask(new DumpAction(_bench.Dumps, new DumpOrder("heap")), TargetSelection.Of(victim.Identity)) with { IsPreview = true };
        TargetResult result = (await _bench.Place.Run(request)).Targets[0];
        Assert.Equal(OutcomeKind.NotDone, result.Outcome);
        Assert.Matches("^it would be done: a heap dump of about [0-9]+ MiB, for which it stands still for about [0-9.]+ s .100 MiB a second, assumed.$", result.Reason);
        Assert.Empty(_bench.Store.List());
        Assert.Empty(DumpBench.Left());
    }

    [Fact]
    public async Task One_that_is_larger_than_all_may_be_is_refused()
    {
        _bench.Limits = _bench.Limits with { MaxSize = 1 << 20 };
        TargetResult result = await _bench.Dump(_bench.Dotnet(), "heap");
        Assert.Equal((OutcomeKind.Refused, "disk_headroom"), (result.Outcome, result.Guard));
        Assert.Contains("artifacts.max_size", result.Reason, StringComparison.Ordinal);
        Assert.Empty(_bench.Store.List());
    }

    [Fact]
    public async Task A_host_makes_one_at_a_time_and_the_other_is_told()
    {
        Victim one = _bench.Dotnet(), two = _bench.Dotnet();
        Task<TargetResult> first = _bench.Dump(one, "full");
        DumpBench.UntilItStands(one);
        Assert.Equal(("full", DumpState.Dumping), (_bench.Dumps.List()[0].Type, _bench.Dumps.List()[0].State));
        TargetResult second = await _bench.Dump(two, "mini");
        Assert.Equal((OutcomeKind.Refused, "one_at_a_time"), (second.Outcome, second.Guard));
        Assert.Contains($"of pid {one.Identity.Pid}", second.Reason, StringComparison.Ordinal);
        Check(await first, "full");
        Check(await _bench.Dump(two, "mini"), "mini");
        Assert.Equal(["mini", "full"], _bench.Dumps.List().Select(static record => record.Type));
    }

    /// <summary>The tool that people open it with: make tools.</summary>
    [Fact]
    public async Task What_a_heap_dump_holds_is_seen_in_dotnet_dump()
    {
        string tool = Path.Join(ProcessArsenal.Tests.Golden.Root(), "artifacts/tools/dotnet-dump");
        Assert.SkipUnless(File.Exists(tool), $"{tool} is missing: make tools installs it.");
        DumpRecord record = Check(await _bench.Dump(_bench.Dotnet(), "heap"), "heap");
        using var analyze = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(tool, ["analyze", _bench.Store.FileOf(record), "-c", "dumpheap -stat", "-c", "clrstack -all", "-c", "exit"]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        string said = await analyze.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await analyze.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains("System.String", said, StringComparison.Ordinal);
        Assert.Contains("Troubles.Burn", said, StringComparison.Ordinal);
    }

    [Fact]
    public void How_fast_it_goes_is_what_was_seen_last_and_slowest()
    {
        static DumpRecord Seen(long mebibytes, double freeze, string type = "heap") => new() { Id = "1", Action = 1, Identity = "", Pid = 1, Name = "", Type = type, State = DumpState.Done, Began = default, Expected = 0, MaxFreeze = 30, File = "dump.dmp", Bytes = mebibytes << 20, Freeze = freeze };
        Assert.Equal((BurdenSurvey.AssumedRate, false), BurdenSurvey.RateOf([Seen(1, 1), Seen(100, 0.01), Seen(100, 1, "full")], "heap"));
        Assert.Equal((50L << 20, true), BurdenSurvey.RateOf([Seen(20, 1), Seen(100, 1), Seen(100, 2), Seen(400, 1)], "heap"));
    }

    private DumpRecord Check(TargetResult result, string type)
    {
        Assert.True(result.Outcome == OutcomeKind.Succeeded, result.Reason);
        DumpRecord record = _bench.Dumps.Find($"{result.Action}")!;
        Assert.Equal((type, DumpState.Done, null, null), (record.Type, record.State, record.Wrong, record.At));
        string file = _bench.Store.FileOf(record);
        Assert.Equal((UnixFileMode.UserRead | UnixFileMode.UserWrite, record.Bytes), (File.GetUnixFileMode(file), new FileInfo(file).Length));
        Assert.Equal(record.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))));
        Assert.InRange(record.Freeze!.Value, 0.001, 30);
        ActionRecord action = _bench.Place.Ledger!.Reader.Find(result.Action!.Value)!;
        Assert.Contains(record.Sha256!, action.Outcome!.Details!.Value.GetRawText(), StringComparison.Ordinal);
        Assert.Equal($"{type} max_freeze=30s", action.Intent.Details!.Value.GetProperty("parameters").GetString());
        return record;
    }
}
