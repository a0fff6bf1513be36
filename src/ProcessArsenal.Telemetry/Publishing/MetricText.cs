using ProcessArsenal.Telemetry.Collectors;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>The texts of a metric's two families.</summary>
internal sealed class MetricText(Metric metric)
{
    /// <summary>In the order of the catalogue.</summary>
    public static readonly MetricText[] All = [.. CollectorCatalogue.Metrics.Select(metric => new MetricText(metric))];

    public Metric Metric { get; } = metric;

    /// <summary>Null if the metric is not published per group.</summary>
    public FamilyText? Group { get; } = metric.GroupName is null
        ? null
        : new FamilyText(metric.GroupName, TypeOf(metric), metric.Unit, metric.GroupHelp, Labels(metric, series => series.GroupLabel));

    /// <summary>Null if the metric is not published per process.</summary>
    public FamilyText? Process { get; } = metric.ProcessName is null
        ? null
        : new FamilyText(metric.ProcessName, TypeOf(metric), metric.Unit, metric.ProcessHelp, Labels(metric, series => series.ProcessLabel));

    private static string TypeOf(Metric metric) => metric.Kind == MetricKind.Counter ? "counter" : "gauge";

    private static string[] Labels(Metric metric, Func<MetricSeries, string> label) => [.. metric.Series.Select(label)];
}
