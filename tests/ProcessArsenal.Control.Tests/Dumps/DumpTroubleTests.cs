using System.Globalization;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Tests.Pipeline;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Tests.Dumps;

/// <summary>Dumps where something is missing, or ends in the middle: the process goes on, and nothing is left.</summary>
[Collection("Control")]
public sealed class DumpTroubleTests : IAsyncDisposable
{
    private readonly DumpBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Whose_tmp_is_its_own_has_it_taken_from_there()
    {
        Victim victim = _bench.Apart("mount -t tmpfs -o mode=1777 tests /tmp");
        TargetResult result = await _bench.Dump(victim, "heap");
        Assert.True(result.Outcome == OutcomeKind.Succeeded, result.Reason);
        await DumpBench.GoesOn(victim);
        Assert.Empty(DumpBench.Left(victim));
    }

    [Fact]
    public async Task Whose_tmp_is_read_only_has_it_written_where_its_environment_says()
    {
        Victim victim = _bench.Apart("mount -t tmpfs -o ro tests /tmp && mount -t tmpfs -o mode=1777 tests /mnt && export TMPDIR=/mnt");
        TargetResult result = await _bench.Dump(victim, "mini");
        Assert.True(result.Outcome == OutcomeKind.Succeeded, result.Reason);
        Assert.Empty(Directory.GetFileSystemEntries($"/proc/{victim.Identity.Pid}/root/mnt", DumpBench.Prefix + "*"));
    }

    [Fact]
    public async Task Who_has_nowhere_to_write_is_refused_with_the_reason()
    {
        Victim victim = _bench.Apart("mount -t tmpfs -o mode=1777 tests /tmp");
        DumpBench.Run("nsenter", "-t", victim.Identity.Pid.ToString(CultureInfo.InvariantCulture), "-m", "mount", "-o", "remount,ro", "/tmp");
        TargetResult result = await _bench.Dump(victim, "mini");
        Assert.Equal((OutcomeKind.Refused, "dump"), (result.Outcome, result.Guard));
        Assert.StartsWith("there is no directory in which its runtime could write it: /tmp is read-only", result.Reason, StringComparison.Ordinal);
        DumpBench.Run("nsenter", "-t", victim.Identity.Pid.ToString(CultureInfo.InvariantCulture), "-m", "sh", "-c", "mount -o remount,rw /tmp && chmod 777 /tmp");
        Assert.Contains("/tmp lets others exchange what is not theirs", (await _bench.Dump(victim, "mini")).Reason, StringComparison.Ordinal);
        await DumpBench.GoesOn(victim);
    }

    [Fact]
    public async Task Without_room_on_its_disk_it_is_refused_and_when_the_room_ends_nothing_is_left()
    {
        Victim victim = _bench.Apart("mount -t tmpfs -o mode=1777,size=40m tests /tmp");
        TargetResult result = await _bench.Dump(victim, "full");
        Assert.Equal((OutcomeKind.Refused, "disk_headroom"), (result.Outcome, result.Guard));
        Assert.StartsWith("/tmp, where its runtime writes it, has ", result.Reason, StringComparison.Ordinal);
        ActionEnd end = await _bench.Force(victim, "full"); // As if somebody had filled it after that.
        Assert.False(end.Succeeded);
        Assert.StartsWith("there is no dump: its runtime could not write it", end.Reason, StringComparison.Ordinal);
        Assert.Empty(DumpBench.Left(victim));
        Assert.Empty(_bench.Store.List());
        await DumpBench.GoesOn(victim);
    }

    [Fact]
    public async Task Without_room_on_ours_it_is_refused_and_when_the_room_ends_nothing_is_left()
    {
        Assert.SkipUnless(DumpBench.IsRoot, "A small disk takes root.");
        string disk = Directory.CreateTempSubdirectory("disk-").FullName;
        DumpBench.Run("mount", "-t", "tmpfs", "-o", "size=40m", "tests", disk);
        try
        {
            await using var bench = new DumpBench(Path.Join(disk, "artifacts"));
            Victim victim = bench.Dotnet();
            TargetResult result = await bench.Dump(victim, "full");
            Assert.Equal((OutcomeKind.Refused, "disk_headroom"), (result.Outcome, result.Guard));
            Assert.StartsWith("the disk of our state directory has ", result.Reason, StringComparison.Ordinal);
            ActionEnd end = await bench.Force(victim, "full", expected: 39 << 20);
            Assert.False(end.Succeeded);
            Assert.Empty(DumpBench.Left());
            Assert.Empty(bench.Store.List());
            Assert.Empty(Directory.GetDirectories(Path.Join(disk, "artifacts")));
            await DumpBench.GoesOn(victim);
        }
        finally
        {
            DumpBench.Run("umount", disk);
            Directory.Delete(disk);
        }
    }

    [Fact]
    public async Task Without_memory_in_its_control_group_it_is_refused_and_with_it_none_is_killed()
    {
        CgroupMounts mounts = _bench.Place.Proc.ReadCgroupMounts();
        CgroupMount? mount = mounts.Memory ?? mounts.Unified;
        Assert.SkipUnless(DumpBench.IsRoot && mount is not null, "A control group takes root.");
        string limit = mounts.Memory is null ? "memory.max" : "memory.limit_in_bytes", group = Path.Join(mount!.Path, "pa-" + Guid.NewGuid().ToString("N")[..8]);
        Directory.CreateDirectory(group);
        try
        {
            Assert.SkipUnless(File.Exists(Path.Join(group, limit)), "The memory controller is not at hand.");
            Victim victim = _bench.Dotnet("net10.0", "sh", "-c", $"echo $$ > {group}/cgroup.procs && exec \"$@\"", "sh");
            long used = long.Parse(File.ReadAllText(Path.Join(group, mounts.Memory is null ? "memory.current" : "memory.usage_in_bytes")), CultureInfo.InvariantCulture);
            await File.WriteAllTextAsync(Path.Join(group, limit), FormattableString.Invariant($"{used + (100 << 20)}"), TestContext.Current.CancellationToken);
            TargetResult result = await _bench.Dump(victim, "heap");
            Assert.Equal((OutcomeKind.Refused, "memory_headroom"), (result.Outcome, result.Guard));
            Assert.Matches("^its control group, one above it, or the host has [0-9]+ MiB of memory left, and 1[0-9]{2} MiB must be", result.Reason);
            Assert.Empty(DumpBench.Left());
            await File.WriteAllTextAsync(Path.Join(group, limit), FormattableString.Invariant($"{used + (250 << 20)}"), TestContext.Current.CancellationToken);
            result = await _bench.Dump(victim, "heap");
            Assert.True(result.Outcome == OutcomeKind.Succeeded, result.Reason);
            await DumpBench.GoesOn(victim);
            Assert.Contains("oom_kill 0", await File.ReadAllTextAsync(Path.Join(group, mounts.Memory is null ? "memory.events" : "memory.oom_control"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
            victim.End();
        }
        finally
        {
            await ProcessArsenal.Tests.Eventually.True("it is gone", () => Remove(group));
        }
    }

    [Theory]
    [InlineData("full")]
    [InlineData("core")]
    public async Task Who_would_stand_still_for_too_long_is_refused_and_who_does_is_let_go(string type)
    {
        Assert.SkipUnless(type != "core" || DumpBench.HasGdb, "There is no gdb here.");
        Victim victim = _bench.Dotnet();
        TargetResult result = await _bench.Dump(victim, type, TimeSpan.FromMilliseconds(100));
        Assert.Equal((OutcomeKind.Refused, "freeze"), (result.Outcome, result.Guard));
        Assert.Contains("To allow it: max_freeze", result.Reason, StringComparison.Ordinal);
        ActionEnd end = await _bench.Force(victim, type, TimeSpan.FromMilliseconds(20));
        Assert.Equal((false, "there is no dump: it stood still for longer than the 0.02 s that it may (max_freeze), and was let go"), (end.Succeeded, end.Reason));
        await DumpBench.GoesOn(victim);
        Assert.Empty(DumpBench.Left());
        Assert.Empty(_bench.Store.List());
        Assert.True((await _bench.Force(victim, "mini")).Succeeded);
    }

    [Theory]
    [InlineData("full")]
    [InlineData("core")]
    public async Task Who_is_killed_in_the_middle_leaves_nothing(string type)
    {
        Assert.SkipUnless(type != "core" || DumpBench.HasGdb, "There is no gdb here.");
        Victim victim = _bench.Dotnet();
        Task<TargetResult> dump = _bench.Dump(victim, type);
        DumpBench.UntilItStands(victim);
        TargetResult kill = await _bench.Place.Do(new KillAction(), victim);
        Assert.Equal(OutcomeKind.Succeeded, kill.Outcome); // Which need not wait for the dump.
        TargetResult result = await dump.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal((OutcomeKind.Failed, "there is no dump: it ended meanwhile"), (result.Outcome, result.Reason));
        Assert.Empty(DumpBench.Left());
        Assert.Empty(_bench.Store.List());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_an_earlier_run_of_ours_has_left_is_removed_whether_or_not_the_process_lives(bool lives)
    {
        Victim victim = _bench.Apart("mount -t tmpfs -o mode=1777 tests /tmp && { sleep 60 & } && true");
        Assert.Equal(ReadOutcome.Ok, _bench.Place.Proc.OpenProcess(victim.Identity.Pid, out ProcessDirectory? directory));
        DumpPlace place = DumpPlace.Find(directory!, out _)!; // Not disposed, as we ended.
        Assert.Null(place.Make());
        File.WriteAllText($"/proc/{victim.Identity.Pid}/root{place.File}", "half a dump");
        var record = new DumpRecord { Id = "5", Action = 5, Identity = victim.Identity.ToString(), Pid = victim.Identity.Pid, Name = "victim", Type = "full", State = DumpState.Dumping, Began = DateTimeOffset.UnixEpoch, Expected = 1, MaxFreeze = 30, File = "dump.dmp", At = place.Location };
        _bench.Store.Begin(record, 0, "").Dispose();
        Assert.Single(DumpBench.Left(victim));
        int other = int.Parse(File.ReadAllText($"/proc/{victim.Identity.Pid}/task/{victim.Identity.Pid}/children").Split(' ')[0], CultureInfo.InvariantCulture);
        if (!lives) victim.End();

        var store = new ArtifactStore(Path.Join(_bench.Place.State, "artifacts"), () => _bench.Limits, TimeProvider.System);
        var dumps = new MemoryDumps(store, _bench.Place.Proc, TimeProvider.System);
        Assert.Empty(dumps.Sweep(store.Load()));
        Assert.Empty(Directory.GetFileSystemEntries($"/proc/{other}/root/tmp", DumpBench.Prefix + "*"));
        Assert.Empty(store.List());
        Assert.False(Directory.Exists(Path.GetDirectoryName(store.FileOf(record))));
        directory!.Dispose();
        DumpBench.Run("kill", other.ToString(CultureInfo.InvariantCulture));
    }

    private static bool Remove(string group)
    {
        try
        {
            Directory.Delete(group);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
