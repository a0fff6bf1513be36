using System.Diagnostics;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>/proc is gone through only when somebody may be in it who is not known, and nobody is overlooked for that.</summary>
public sealed class PidListingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whoever_lives_when_a_tick_begins_is_in_its_snapshot_and_whoever_ended_before_is_not(bool listen)
    {
        using var scene = new Scene(listen);
        var random = new Random(7);
        var children = new List<Process>();
        var ended = new HashSet<int>();
        for (int round = 0; round < 120; round++)
        {
            int kind = random.Next(4); // Nothing, a birth, a death, or both: then the number of processes stays the same.
            if (kind is 2 or 3 && children.Count > 0) ended.Add(End(children, random.Next(children.Count)));
            if (kind is 1 or 3) children.Add(Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!);
            HashSet<int> seen = scene.Tick();
            Assert.Superset(children.Select(child => child.Id).ToHashSet(), seen);
            ended.ExceptWith(children.Select(child => child.Id)); // A pid can be given away again.
            Assert.Empty(seen.Intersect(ended));
        }
        while (children.Count > 0) End(children, 0);
    }

    /// <summary>Whoever was born is found without, if the kernel's events tell of it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_tick_without_anybody_unknown_does_not_go_through_it(bool listen)
    {
        using var scene = new Scene(listen);
        var children = new List<Process>();
        Assert.SkipUnless(Scene.CountHolds && (!listen || scene.HearsOfBirths), "The number of processes is told for the initial pid namespace and for one who may see them all.");
        long began = TimeProvider.System.GetTimestamp();
        long before;
        do
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"{scene.Sampler.Listings} listings, none of them left out");
            before = scene.Sampler.Listings;
            if (listen) children.Add(Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!);
            Assert.Superset(children.Select(child => child.Id).ToHashSet(), scene.Tick());
        }
        while (scene.Sampler.Listings > before);
        while (children.Count > 0) End(children, 0);
    }

    [Fact]
    public void A_tree_that_is_not_the_kernels_is_gone_through_in_each_tick()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10);
        for (int tick = 1; tick < 4; tick++)
        {
            _ = bench.Tick();
            Assert.Equal(tick, bench.Sampler.Listings);
        }
    }

    private static int End(List<Process> children, int index)
    {
        using Process child = children[index];
        children.RemoveAt(index);
        child.StandardInput.Close();
        Assert.True(child.WaitForExit(10_000));
        return child.Id;
    }

    private sealed class Scene : IDisposable
    {
        private readonly ProcFs _proc = ProcFs.Open();
        private readonly SnapshotStore _store = new();

        public Scene(bool listen) => Sampler = new Sampler(_proc, _store, new SamplingOptions(), TimeProvider.System, listen: listen);

        public Sampler Sampler { get; }

        /// <summary>Whether the count and the listing are of the same processes; births in between make it wrong now and then.</summary>
        public static bool CountHolds
        {
            get
            {
                using ProcFs proc = ProcFs.Open();
                var pids = new List<int>();
                for (int i = 0; i < 100; i++)
                    if (proc.TryListPids(pids) && proc.TryCountProcesses(out int count) && count == pids.Count) return true;
                return false;
            }
        }

        public bool HearsOfBirths
        {
            get
            {
                _ = Tick();
                using SnapshotLease lease = _store.Acquire();
                return lease.Snapshot!.Health.Signals.Single(status => status.Name == ProcessTracker.EventSignal).Available;
            }
        }

        public HashSet<int> Tick()
        {
            Sampler.Tick();
            using SnapshotLease lease = _store.Acquire();
            var pids = new HashSet<int>();
            int last = 0;
            foreach (ref readonly ProcessRow row in lease.Snapshot!.Processes)
            {
                Assert.True(row.Sample.Identity.Pid > last, "Rows are in ascending order of pid.");
                pids.Add(last = row.Sample.Identity.Pid);
            }
            return pids;
        }

        public void Dispose()
        {
            Sampler.Dispose();
            _proc.Dispose();
        }
    }
}
