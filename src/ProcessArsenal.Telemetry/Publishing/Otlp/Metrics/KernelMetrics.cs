using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;

/// <summary>What the kernel tells of a process: the metrics of the catalogue that have a semantic name.</summary>
internal static class KernelMetrics
{
    private static readonly KernelMetric[] All = [.. CollectorCatalogue.Metrics.Where(metric => metric.Semantic is not null).Select(metric => new KernelMetric(metric))];

    /// <summary>What can't be read is left out.</summary>
    /// <param name="start">When the process began; 0 if that is not known.</param>
    public static void Write(MetricsBuilder builder, in ProcessRow row, ulong start)
    {
        foreach (KernelMetric metric in All)
        {
            builder.Metric(metric.Head, metric.Expected);
            ulong since = metric.Head.Kind == PointKind.Gauge ? 0 : start;
            for (int i = 0; i < metric.Series.Length; i++)
                if (metric.Series[i].Read!(row) is { } value) builder.Number(since, value / metric.Divisor, metric.Attributes[i]);
        }
    }

    private sealed class KernelMetric
    {
        public KernelMetric(Metric metric)
        {
            SemanticName name = metric.Semantic!;
            PointKind kind = metric.Kind == MetricKind.Counter ? PointKind.Counter : name.IsGauge ? PointKind.Gauge : PointKind.UpDownCounter;
            (Head, Series, Divisor) = (new MetricHead(name.Name, name.Unit, metric.ProcessHelp, kind), metric.Series, metric.Divisor);
            Attributes = Array.ConvertAll(metric.Series, series =>
                name.Attribute is { } attribute ? OtlpText.Attributes(Head.AttributesField, new KeyValuePair<string, string>(attribute, series.ProcessLabelValue)) : []);
        }

        public MetricHead Head { get; }

        public MetricSeries[] Series { get; }

        public double Divisor { get; }

        /// <summary>Bytes of its points.</summary>
        public int Expected => Series.Length * (MetricsBuilder.PointSize + Attributes[0].Length);

        /// <summary>Of each series.</summary>
        public byte[][] Attributes { get; }
    }
}
