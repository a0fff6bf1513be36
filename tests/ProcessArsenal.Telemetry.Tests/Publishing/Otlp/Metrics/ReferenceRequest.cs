using Opentelemetry.Proto.Common.V1;
using Opentelemetry.Proto.Metrics.V1;
using Opentelemetry.Proto.Resource.V1;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;
using Metric = Opentelemetry.Proto.Metrics.V1.Metric;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Metrics;

/// <summary>The kernel metrics of a snapshot's processes as generated code builds them, straight from the catalogue.</summary>
internal static class ReferenceRequest
{
    private static readonly Dictionary<MetricSeries, KeyValue> Attributes = CollectorCatalogue.Metrics.Where(metric => metric.Semantic?.Attribute is not null)
        .SelectMany(metric => metric.Series.Select(series => (metric.Semantic!.Attribute, series))).ToDictionary(pair => pair.series, pair => Attribute(pair.Attribute!, pair.series.ProcessLabel.Split('"')[1]));

    /// <param name="resourceOf">By pid.</param>
    public static ExportMetricsServiceRequest Build(Snapshot snapshot, string version, Func<int, Resource> resourceOf)
    {
        var request = new ExportMetricsServiceRequest();
        ulong time = Nanoseconds(snapshot.Time);
        foreach (ref readonly ProcessRow row in snapshot.Processes)
        {
            var scope = new ScopeMetrics { Scope = new InstrumentationScope { Name = "ProcessArsenal.Exporter", Version = version } };
            foreach (ProcessArsenal.Telemetry.Collectors.Metric metric in CollectorCatalogue.Metrics)
                if (metric.Semantic is not null) Add(scope, metric, row, time);
            if (scope.Metrics.Count > 0) request.ResourceMetrics.Add(new ResourceMetrics { Resource = resourceOf(row.Sample.Stat.Pid), ScopeMetrics = { scope } });
        }
        return request;
    }

    /// <summary>Of a process with that pid.</summary>
    public static Resource Resource(int pid) => new() { Attributes = { Attribute("process.pid", $"{pid}") } };

    public static KeyValue Attribute(string name, string value) => new() { Key = name, Value = new AnyValue { StringValue = value } };

    private static void Add(ScopeMetrics scope, ProcessArsenal.Telemetry.Collectors.Metric metric, in ProcessRow row, ulong time)
    {
        SemanticName name = metric.Semantic!;
        var points = new List<NumberDataPoint>();
        foreach (MetricSeries series in metric.Series)
        {
            if (series.Read!(row) is not { } raw || double.IsNaN(raw)) continue;
            double value = raw / metric.Divisor;
            var point = new NumberDataPoint { TimeUnixNano = time };
            if (!name.IsGauge && row.Description.StartTime is { } start) point.StartTimeUnixNano = Nanoseconds(start);
            if (name.Unit == "s") point.AsDouble = value;
            else point.AsInt = (long)value;
            if (Attributes.TryGetValue(series, out KeyValue? attribute)) point.Attributes.Add(attribute);
            points.Add(point);
        }
        if (points.Count == 0) return;
        var built = new Metric { Name = name.Name, Unit = name.Unit, Description = metric.ProcessHelp };
        if (name.IsGauge) built.Gauge = new Gauge { DataPoints = { points } };
        else built.Sum = new Sum { DataPoints = { points }, AggregationTemporality = AggregationTemporality.Cumulative, IsMonotonic = metric.Kind == MetricKind.Counter };
        scope.Metrics.Add(built);
    }

    private static ulong Nanoseconds(DateTimeOffset time) => (ulong)(time - DateTimeOffset.UnixEpoch).Ticks * 100;
}
