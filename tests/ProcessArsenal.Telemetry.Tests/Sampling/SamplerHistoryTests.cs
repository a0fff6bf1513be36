using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;
using ProcessArsenal.Telemetry.Tests.Expressions;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

public sealed class SamplerHistoryTests
{
    [Fact]
    public void What_is_watched_for_a_time_is_watched_once_it_lasted()
    {
        using var bench = new SamplerBench(new SamplingOptions { Watch = [Rows.Parse("threads > 5 for 20s")], Top = 0 });
        bench.Proc.Process(7, p => p.Threads = 9).Process(8, p => p.Threads = 3);
        for (int i = 0; i < 8; i++)
        {
            bench.Tick();
            using SnapshotLease lease = bench.Store.Acquire();
            foreach (ProcessRow row in lease.Snapshot!.Processes)
                Assert.Equal(row.Sample.Identity.Pid == 7 && i >= 4 ? ReportReason.Watched : ReportReason.None, row.Reported);
        }
        bench.Proc.Process(7, p => p.Threads = 4);
        bench.Tick();
        using SnapshotLease last = bench.Store.Acquire();
        Assert.Equal(ReportReason.None, last.Snapshot!.Processes[0].Reported);
        var points = new List<HistoryPoint>();
        Assert.True(bench.Sampler.History.TryRead(last.Snapshot.Processes[0].Sample.Identity, HistorySignal.Threads, default, points));
        Assert.Equal([9, 9, 9, 9, 9, 9, 9, 9, 4], points.Select(point => Math.Round(point.Value!.Value, 1)));
        Assert.Equal(last.Snapshot.Time, points[^1].Time);
    }
}
