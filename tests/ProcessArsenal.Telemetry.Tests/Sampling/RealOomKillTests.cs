using System.Diagnostics;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>A real control group with a limit, and a real shell that grows beyond it.</summary>
public sealed class RealOomKillTests
{
    private const int LimitMebibytes = 24;

    [Theory]
    [InlineData("a=0123456789abcdef; while :; do a=$a$a; done", ExitOutcome.OomKill)]
    [InlineData("kill -9 $$", ExitOutcome.Signal)]
    public void Who_grows_beyond_its_limit_is_oom_killed_and_who_is_killed_otherwise_is_not(string end, ExitOutcome expected)
    {
        using ProcFs proc = ProcFs.Open();
        Assert.SkipUnless(proc.ReadVmstat(out ProcVmstat vmstat) == ReadOutcome.Ok && vmstat.OomKills is not null, "This kernel does not count OOM kills.");
        using TestCgroup? cgroup = TestCgroup.TryCreate(proc.ReadCgroupMounts());
        Assert.SkipWhen(cgroup is null, "No memory control group can be made here: needs root, and a writable hierarchy with the memory controller.");

        string marker = $"oom-{Guid.NewGuid():N}";
        GroupRule rule = Rules.Compile(new GroupRuleOptions { Name = "oom-test", Cmdline = [marker] });
        var store = new SnapshotStore();
        using var sampler = new Sampler(proc, store, new SamplingOptions { Grouper = new Grouper([rule]), SmapsBudget = TimeSpan.Zero }, TimeProvider.System);
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", $": {marker}; echo $$ > {cgroup!.Path}/cgroup.procs; echo in; read x; {end}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("in", shell.StandardOutput.ReadLine());
        sampler.Tick();
        Assert.Equal(1, Members(store));
        shell.StandardInput.WriteLine();
        Assert.True(shell.WaitForExit(30_000), "The shell did not end within 30 s.");
        Assert.Equal(128 + 9, shell.ExitCode);
        Assert.True(SpinWait.SpinUntil(() =>
        {
            sampler.Tick();
            return Exits(store).Sum() > 0;
        }, 30_000), "Its end was not seen within 30 s.");
        double[] exits = Exits(store);
        Assert.SkipWhen(exits[(int)ExitOutcome.Unknown] > 0, "This kernel does not tell us how a process ended.");
        Assert.Equal(Enum.GetValues<ExitOutcome>().Select(outcome => outcome == expected ? 1.0 : 0), exits);
    }

    private static int Members(SnapshotStore store)
    {
        using SnapshotLease lease = store.Acquire();
        return lease.Snapshot!.Groups[Index(lease.Snapshot)].Members;
    }

    private static double[] Exits(SnapshotStore store)
    {
        using SnapshotLease lease = store.Acquire();
        Snapshot snapshot = lease.Snapshot!;
        int group = Index(snapshot);
        return [.. Enum.GetValues<ExitOutcome>().Select(outcome => snapshot.GroupValue(group, LifecycleCollector.Exits.GroupSlot + (int)outcome))];
    }

    private static int Index(Snapshot snapshot)
    {
        for (int i = 0; i < snapshot.GroupCount; i++)
            if (snapshot.Groups[i].Key.Name == "oom-test") return i;
        throw new InvalidOperationException("The declared group is not there.");
    }

    private sealed class TestCgroup : IDisposable
    {
        private TestCgroup(string path) => Path = path;

        public string Path { get; }

        public static TestCgroup? TryCreate(CgroupMounts mounts)
        {
            if ((mounts.Memory ?? mounts.Unified) is not { } mount) return null;
            string path = $"{mount.Path}/arsenal-test-{Guid.NewGuid():N}";
            try
            {
                Directory.CreateDirectory(path);
                string limit = (LimitMebibytes << 20).ToString(System.Globalization.CultureInfo.InvariantCulture);
                string file = $"{path}/{(mounts.Memory is null ? "memory.max" : "memory.limit_in_bytes")}";
                if (File.Exists(file))
                {
                    File.WriteAllText(file, limit);
                    // With swap to go to it would not be killed.
                    if (File.Exists($"{path}/memory.swap.max")) File.WriteAllText($"{path}/memory.swap.max", "0");
                    if (File.Exists($"{path}/memory.memsw.limit_in_bytes")) File.WriteAllText($"{path}/memory.memsw.limit_in_bytes", limit);
                    return new TestCgroup(path);
                }
                Directory.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (Directory.Exists(path)) Directory.Delete(path);
            }
            return null;
        }

        /// <summary>A group can be removed as soon as its last process is gone from it, which may be a moment after it was reaped.</summary>
        public void Dispose() => Assert.True(SpinWait.SpinUntil(() =>
        {
            try
            {
                Directory.Delete(Path);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }, 30_000), $"{Path} can't be removed.");
    }
}
