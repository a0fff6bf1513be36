using ProcessArsenal.Telemetry.Analysis.Outliers;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>How a process stands against its past and its equals; made off the tick (<see cref="Analysis.Standings.StandingBoard"/>).</summary>
internal sealed class StandingCollector : Collector
{
    public override string Name => "standing";

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new()
        {
            Kind = MetricKind.Gauge,
            ProcessName = "process_memory_trend_bytes_per_second",
            ProcessHelp = "How fast the lowest resident memory of the process rises, over the last ten minutes; absent until five of them are known.",
            Semantic = new("process.memory.trend", "By/s"),
            Unit = "bytes_per_second",
            Series = [new(static (in ProcessRow row) => row.Standing?.MemoryTrend)],
        },
        new()
        {
            Kind = MetricKind.Gauge,
            ProcessName = "process_outlier",
            ProcessHelp = "Only of a process that is far from the others of its group, or from its own last hour: how many MADs (median absolute deviations) it is above, or below zero below, the median.",
            Semantic = new("process.outlier", "1") { Attribute = "signal" },
            Series = [.. OutlierSignal.All.Select(static (signal, i) => Series(signal.Name, i))],
        },
    ];

    private static MetricSeries Series(string signal, int index) => new("", $"signal=\"{signal}\"", (in ProcessRow row) => row.Standing?.DeviationOf(index));
}
