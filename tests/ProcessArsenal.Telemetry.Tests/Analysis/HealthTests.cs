using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Analysis.Health;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Tests.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Analysis;

public sealed class HealthTests : IDisposable
{
    private readonly SamplerBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Each_is_healthy_starting_or_not_with_the_reason()
    {
        _bench.Proc.Process(10).Process(11, p => p.State = 'T').Process(12, p => (p.State, p.HasMemory) = ('Z', false)).Process(13, p => p.StartTicks = _bench.Now);
        _bench.Tick();
        HealthReport report = Report([]);
        Assert.Equal("unhealthy", report.Status);
        Assert.Equal([(11, "it is stopped"), (12, "it has ended, and its parent has not asked how")], report.Unhealthy.Select(static one => (one.Process.Pid, one.Reason)));
        GroupHealth group = report.Groups.Single(static one => one.Group == "worker");
        Assert.Equal(new GroupHealth("worker", 4, 1, 1, 2, IsInCrashLoop: false), group);
    }

    [Fact]
    public void A_host_on_which_all_is_well_is_healthy()
    {
        _bench.Proc.Process(10);
        for (int i = 0; i < 3; i++) _bench.Tick();
        HealthReport report = Report([]);
        Assert.Equal(("healthy", 0), (report.Status, report.Unhealthy.Count));
    }

    /// <summary>Though the one that was started last is alive.</summary>
    [Fact]
    public void Members_of_a_group_in_a_crash_loop_are_not_healthy()
    {
        _bench.Proc.Process(10).Process(1, p => (p.Name, p.ParentPid, p.Executable, p.Arguments) = ("init", 0, "/sbin/init", ["init"]));
        _bench.Tick();
        DateTimeOffset now = _bench.Time.GetUtcNow();
        LifecycleEvent[] exits = [.. Enumerable.Range(0, 6).Select(i => new LifecycleEvent(i, now - TimeSpan.FromSeconds(5 + 10 * (5 - i)), true, 100 + i, null, 1, "worker", "worker", ExitOutcome.Failure, 1, TimeSpan.FromSeconds(3), null))];
        HealthReport report = Report(exits);
        Assert.Equal("its group is in a crash loop", Assert.Single(report.Unhealthy).Reason);
        Assert.True(report.Groups[0] is { Group: "worker", IsInCrashLoop: true });
    }

    private HealthReport Report(LifecycleEvent[] events)
    {
        using SnapshotLease lease = _bench.Store.Acquire();
        return HealthReport.Of(new Evidence(lease.Snapshot!, events, lease.Snapshot!.Time - Evidence.Window));
    }
}
