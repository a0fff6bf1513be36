using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Tests.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Analysis;

/// <summary>What of the analysis is on the page.</summary>
public sealed class StandingTests
{
    [Fact]
    public void Trend_and_outliers_are_series_of_those_that_have_their_own()
    {
        using var bench = new SamplerBench(new SamplingOptions { Top = 1 });
        for (int pid = 10; pid < 16; pid++) bench.Proc.Process(pid, p => p.Name = "equal");
        Dictionary<string, double> page = [];
        for (int tick = 0; tick < 100; tick++)
        {
            // 0.4 cores, and 1 MiB more each tick.
            bench.Proc.Update(12, p => (p.UserTicks, p.ResidentPages) = (p.UserTicks + 200, p.ResidentPages + 256));
            page = bench.Tick();
            if (tick == 30) Assert.DoesNotContain(page.Keys, static series => series.StartsWith("process_outlier", StringComparison.Ordinal) || series.StartsWith("process_memory_trend", StringComparison.Ordinal));
            if (tick < 98) continue;
            using SnapshotLease lease = bench.Store.Acquire();
            bench.Sampler.Standings.Update(lease.Snapshot!);
        }
        KeyValuePair<string, double> trend = Assert.Single(page, static series => series.Key.StartsWith("process_memory_trend_bytes_per_second", StringComparison.Ordinal) && series.Key.Contains("pid=\"12\"", StringComparison.Ordinal));
        Assert.InRange(trend.Value, 1048576 / 5.0 * 0.99, 1048576 / 5.0 * 1.01);
        string[] outliers = [.. page.Keys.Where(static series => series.StartsWith("process_outlier", StringComparison.Ordinal))];
        Assert.All(outliers, static series => Assert.Contains("pid=\"12\"", series, StringComparison.Ordinal));
        Assert.Equal(40, page[Assert.Single(outliers, static series => series.Contains("signal=\"cpu\"", StringComparison.Ordinal))]);
    }

    [Fact]
    public void A_declared_category_wins_and_is_told_in_process_info()
    {
        using var bench = new SamplerBench(new SamplingOptions { Categories = [Rules.Compile(new GroupRuleOptions { Name = "ledger", Exe = ["/usr/bin/ours"] })] });
        bench.Proc.Process(10, p => (p.Name, p.Executable, p.Arguments) = ("ours", "/usr/bin/ours", ["/usr/bin/ours"])).Process(11, p => (p.Name, p.Executable, p.Arguments) = ("nginx", "/usr/sbin/nginx", ["nginx"]));
        Dictionary<string, double> page = bench.Tick();
        Assert.Contains(page.Keys, static series => series.StartsWith("process_info{", StringComparison.Ordinal) && series.Contains("pid=\"10\"", StringComparison.Ordinal) && series.Contains("category=\"ledger\"", StringComparison.Ordinal));
        Assert.Contains(page.Keys, static series => series.StartsWith("process_info{", StringComparison.Ordinal) && series.Contains("pid=\"11\"", StringComparison.Ordinal) && series.Contains("category=\"web-server\"", StringComparison.Ordinal));
    }
}
