using System.Diagnostics;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>Real processes that come and go between two ticks of a sampler over the machine's own /proc.</summary>
public sealed class LiveExitTests
{
    private const string Listens = "The process connector is open to CAP_NET_ADMIN, and from Linux 6.6 on to anyone, in the initial namespaces.";

    [Theory]
    [InlineData("exit 0", ExitOutcome.Success, 0)]
    [InlineData("exit 7", ExitOutcome.Failure, 7)]
    [InlineData("kill -TERM $$", ExitOutcome.Signal, 15)]
    [InlineData("kill -KILL $$", ExitOutcome.Signal, 9)]
    public void One_that_no_tick_saw_is_remembered_with_its_exit_code_or_signal(string script, ExitOutcome outcome, int code)
    {
        using var scene = new Scene(eventBuffer: null);
        int pid = Run("sh", "-c", script);
        RecentExit exit = scene.TickUntil(snapshot => snapshot.RecentExits.Where(exit => exit.Pid == pid).ToArray() is { Length: > 0 } found ? found : null)[0];
        Assert.Equal((outcome, code), (exit.Outcome, exit.Code));
        Assert.True(exit.Lifetime > TimeSpan.Zero);
        Assert.Equal(1, scene.Value("process_group_starts_total", exit.Group) is >= 1 ? 1 : 0);
        if (scene.Has(ProcessTracker.RecordSignal)) Assert.True(exit.CpuSeconds >= 0, $"{exit} {scene.Health}");
    }

    /// <summary>With room for next to no event most are lost: that is counted, the listing finds who is alive, and the exit records, if we may
    /// have them, still tell of each end.</summary>
    [Fact]
    public void Lost_events_are_counted_and_repaired()
    {
        using var scene = new Scene(eventBuffer: 2048);
        var lasting = new List<Process>();
        int before = (int)scene.Value("process_group_exits_total", "true");
        for (int i = 0; i < 6; i++) lasting.Add(Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!);
        // Faster than any thread can take their messages away.
        _ = Run("sh", "-c", "i=0; while [ $i -lt 60 ]; do /bin/true & i=$((i+1)); done; wait");
        _ = scene.TickUntil(snapshot => snapshot.Health.EventsLost > 0 ? snapshot : null);
        HashSet<int> alive = [.. lasting.Select(process => process.Id)];
        _ = scene.TickUntil(snapshot => Pids(snapshot).IsSupersetOf(alive) ? snapshot : null);
        foreach (Process process in lasting)
        {
            process.StandardInput.Close();
            process.WaitForExit();
        }
        _ = scene.TickUntil(snapshot => Pids(snapshot).Overlaps(alive) ? null : snapshot);
        if (!scene.Has(ProcessTracker.RecordSignal)) return;
        _ = scene.TickUntil(snapshot => scene.Value("process_group_exits_total", "true") - before >= 60 ? snapshot : null);
        for (int i = 0; i < 3; i++) scene.Tick();
        Assert.Equal(60, scene.Value("process_group_exits_total", "true") - before);
    }

    private static HashSet<int> Pids(Snapshot snapshot)
    {
        var pids = new HashSet<int>();
        foreach (ref readonly ProcessRow row in snapshot.Processes) pids.Add(row.Sample.Identity.Pid);
        return pids;
    }

    private static int Run(string file, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(file, arguments))!;
        process.WaitForExit();
        return process.Id;
    }

    /// <summary>A sampler that has taken its first tick.</summary>
    private sealed class Scene : IDisposable
    {
        private readonly ProcFs _proc = ProcFs.Open();
        private readonly SnapshotStore _store = new();
        private readonly Sampler _sampler;

        public Scene(int? eventBuffer)
        {
            _sampler = new Sampler(_proc, _store, new SamplingOptions(), TimeProvider.System, null, listen: true, eventBuffer);
            _sampler.Tick();
            Assert.SkipUnless(Has(ProcessTracker.EventSignal), Listens);
        }

        public string Health
        {
            get
            {
                using SnapshotLease lease = _store.Acquire();
                return $"{string.Join(' ', lease.Snapshot!.RecentExits)} lost {lease.Snapshot.Health.EventsLost} {lease.Snapshot.Health.RecordsLost}";
            }
        }

        public void Tick() => _sampler.Tick();

        public bool Has(string signal)
        {
            using SnapshotLease lease = _store.Acquire();
            return lease.Snapshot!.Health.Signals.Single(status => status.Name == signal).Available;
        }

        /// <summary>The sum over a family of a group; 0 if there is none.</summary>
        public double Value(string family, string group)
        {
            Metric metric = CollectorCatalogue.Metrics.Single(metric => metric.GroupName == family);
            using SnapshotLease lease = _store.Acquire();
            double sum = 0;
            for (int g = 0; g < lease.Snapshot!.GroupCount; g++)
                for (int i = 0; i < metric.Series.Length && lease.Snapshot.Groups[g].Key.Equals(new GroupKey(group)); i++) sum += lease.Snapshot.GroupValue(g, metric.GroupSlot + i);
            return sum;
        }

        /// <summary>Ticks until there is an answer, with a deadline.</summary>
        public T TickUntil<T>(Func<Snapshot, T?> ask)
            where T : class
        {
            long began = TimeProvider.System.GetTimestamp();
            while (true)
            {
                _sampler.Tick();
                using (SnapshotLease lease = _store.Acquire())
                    if (ask(lease.Snapshot!) is { } answer) return answer;
                Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "Not within 30 s.");
            }
        }

        public void Dispose()
        {
            _sampler.Dispose();
            _proc.Dispose();
        }
    }
}
