using System.Globalization;
using System.Text;
using Google.Protobuf.Collections;
using Opentelemetry.Proto.Common.V1;
using Opentelemetry.Proto.Metrics.V1;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Metrics;

/// <summary>A decoded request as text to read.</summary>
internal static class RequestText
{
    public static string Of(ExportMetricsServiceRequest request)
    {
        var text = new StringBuilder();
        foreach (ResourceMetrics resource in request.ResourceMetrics)
        {
            text.Append($"resource {Attributes(resource.Resource.Attributes)}\n");
            foreach (ScopeMetrics scope in resource.ScopeMetrics)
            {
                text.Append($"  scope {scope.Scope.Name} {scope.Scope.Version}".TrimEnd()).Append('\n');
                foreach (Metric metric in scope.Metrics) Append(text, metric);
            }
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, Metric metric)
    {
        text.Append($"    {metric.Name} [{metric.Unit}] {Kind(metric)}: {metric.Description}\n");
        foreach (NumberDataPoint point in Numbers(metric))
        {
            string value = point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? $"{point.AsInt}" : $"{Number(point.AsDouble)}d";
            Append(text, point.Attributes, value, point.StartTimeUnixNano, point.TimeUnixNano);
        }
        foreach (HistogramDataPoint point in metric.Histogram?.DataPoints ?? [])
        {
            IEnumerable<string> buckets = point.BucketCounts.Select((count, i) => $"{(i < point.ExplicitBounds.Count ? Number(point.ExplicitBounds[i]) : "+Inf")}={count}");
            Append(text, point.Attributes, $"count {point.Count} sum {Number(point.Sum)} buckets [{string.Join(' ', buckets)}]", point.StartTimeUnixNano, point.TimeUnixNano);
        }
        foreach (ExponentialHistogramDataPoint point in metric.ExponentialHistogram?.DataPoints ?? [])
        {
            string buckets = $"scale {point.Scale} zeros {point.ZeroCount} from {point.Positive?.Offset} [{string.Join(' ', point.Positive?.BucketCounts ?? [])}]";
            Append(text, point.Attributes, $"count {point.Count} sum {Number(point.Sum)} min {Number(point.Min)} max {Number(point.Max)} {buckets}", point.StartTimeUnixNano, point.TimeUnixNano);
        }
    }

    public static IEnumerable<NumberDataPoint> Numbers(Metric metric) => metric.Sum?.DataPoints ?? metric.Gauge?.DataPoints ?? [];

    private static string Kind(Metric metric)
    {
        AggregationTemporality? temporality = metric.Sum?.AggregationTemporality ?? metric.Histogram?.AggregationTemporality ?? metric.ExponentialHistogram?.AggregationTemporality;
        Assert.True(temporality is null or AggregationTemporality.Cumulative);
        return metric.DataCase == Metric.DataOneofCase.Sum ? metric.Sum!.IsMonotonic ? "monotonic sum" : "sum" : $"{metric.DataCase}";
    }

    private static void Append(StringBuilder text, RepeatedField<KeyValue> attributes, string value, ulong start, ulong time) =>
        text.Append($"      {{{Attributes(attributes)}}} {value}{(start == 0 ? "" : $" since {Time(start)}")} at {Time(time)}\n");

    private static string Attributes(RepeatedField<KeyValue> attributes) => string.Join(", ", attributes.Select(attribute => $"{attribute.Key}={attribute.Value.StringValue}"));

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Time(ulong nanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds / TimeSpan.NanosecondsPerTick)).ToString("yyyy-MM-dd HH:mm:ss.ff", CultureInfo.InvariantCulture);
}
