using System.Text;
using CsCheck;
using Opentelemetry.Proto.Metrics.V1;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Metrics;

/// <summary>What the data model makes of values, and what hostile texts do not do.</summary>
public sealed class MetricsBuilderTests
{
    private static readonly byte[] Nobody = [];

    [Theory]
    [InlineData(PointKind.Counter, "By", 5.0, "5")]
    [InlineData(PointKind.Counter, "By", 0.0, "0")]
    [InlineData(PointKind.Counter, "By", 5.5, "5.5d")]
    [InlineData(PointKind.Counter, "By", 9e18, "9000000000000000000")]
    [InlineData(PointKind.Counter, "By", 1e19, "1E+19d")]
    [InlineData(PointKind.Counter, "s", 5.0, "5d")]
    [InlineData(PointKind.Counter, "By", -1.0, null)]
    [InlineData(PointKind.Counter, "By", double.NaN, null)]
    [InlineData(PointKind.Counter, "By", double.PositiveInfinity, null)]
    [InlineData(PointKind.UpDownCounter, "By", -3.0, "-3")]
    [InlineData(PointKind.UpDownCounter, "By", double.NegativeInfinity, null)]
    [InlineData(PointKind.Gauge, "By", 5.0, "5d")]
    [InlineData(PointKind.Gauge, "", double.PositiveInfinity, "\u221ed")]
    [InlineData(PointKind.Gauge, "", double.NaN, null)]
    public void A_value_is_whole_or_not_or_left_out(object kind, string unit, double value, string? expected)
    {
        ResourceMetrics? resource = Build(builder =>
        {
            builder.Metric(new MetricHead("m", unit, "", (PointKind)kind));
            builder.Number(1, value, []);
        });
        if (resource is null)
        {
            Assert.Null(expected);
            return;
        }
        NumberDataPoint point = Assert.Single(RequestText.Numbers(resource.ScopeMetrics[0].Metrics[0]));
        string told = point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? $"{point.AsInt}" : FormattableString.Invariant($"{point.AsDouble}d").Replace("Infinity", "\u221e", StringComparison.Ordinal);
        Assert.Equal(expected, told);
    }

    [Fact]
    public void A_metric_without_points_is_left_out()
    {
        ResourceMetrics resource = Build(builder =>
        {
            builder.Metric(new MetricHead("a", "", "", PointKind.Gauge));
            builder.Number(0, double.NaN, []);
            builder.Metric(new MetricHead("b", "", "", PointKind.Gauge));
            builder.Number(0, 1, []);
            builder.Scope([]);
            builder.Metric(new MetricHead("c", "", "", PointKind.Gauge));
        })!;
        Assert.Equal("b", Assert.Single(Assert.Single(resource.ScopeMetrics).Metrics).Name);
    }

    [Fact]
    public void No_point_ends_before_it_begins()
    {
        ResourceMetrics resource = Build(builder =>
        {
            builder.Metric(new MetricHead("a", "", "", PointKind.Counter));
            builder.Number(2000, 1, []);
        })!;
        NumberDataPoint point = resource.ScopeMetrics[0].Metrics[0].Sum.DataPoints[0];
        Assert.Equal((2000UL, 2000UL), (point.StartTimeUnixNano, point.TimeUnixNano));
    }

    [Fact]
    public void A_histogram_without_bounds_has_no_buckets()
    {
        HistogramDataPoint point = Histogram(new MetricHead("a", "s", "", PointKind.Histogram), 3, 0.5, []);
        Assert.Equal((3UL, 0.5, 0, 0), (point.Count, point.Sum, point.BucketCounts.Count, point.ExplicitBounds.Count));
    }

    [Fact]
    public void One_with_bounds_has_one_bucket_more()
    {
        HistogramDataPoint point = Histogram(new MetricHead("a", "s", "", PointKind.Histogram, [0.1, 1]), 6, double.NaN, [1, 2, 3]);
        Assert.Equal([1UL, 2, 3], point.BucketCounts);
        Assert.Equal([0.1, 1], point.ExplicitBounds);
        Assert.False(point.HasSum);
    }

    /// <summary>Names, tags and texts of a target may be anything: lone surrogates, controls, nothing at all.</summary>
    [Fact]
    public void Whatever_a_target_calls_its_own_is_a_request_that_others_read() =>
        Gen.Select(Gen.Int[0, 4], Gen.Select(Text, Text, Text), Gen.Select(Text, Text, Text)).Array[1, 8].Sample(tellings =>
        {
            using var known = new KnownSnapshot();
            MeterStream stream = new MeterStream(10).Begin(known.Bench.Time.GetUtcNow());
            foreach ((int kind, (string meter, string instrument, string unit), (string tags, string description, string value)) in tellings)
            {
                stream.Describe(meter, instrument, description);
                if (kind == 0) stream.Counter(meter, instrument, unit, tags, value, "7", description);
                else if (kind == 1) stream.UpDownCounter(meter, instrument, unit, tags, "1", "-1");
                else if (kind == 2) stream.Gauge(meter, instrument, unit, tags, "1e300");
                else if (kind == 3) stream.Histogram(meter, instrument, unit, tags, "0.5=1", 2, double.NaN);
                else stream.Exponential(meter, instrument, unit, tags, [1e-5, 3, 1e9], 0);
                stream.Runtime(80, 1000, [.. MeterStream.Texts(instrument, description), .. new byte[16]]);
            }
            stream.AddTo(known.Snapshot, 0);
            ExportMetricsServiceRequest request = known.Decoded();
            Assert.Equal(3, request.ResourceMetrics.Count);
            Assert.All(request.ResourceMetrics[0].ScopeMetrics.SelectMany(scope => scope.Metrics), metric =>
            {
                Assert.NotEmpty(metric.Name);
                Assert.All(RequestText.Numbers(metric), point => Assert.Distinct(point.Attributes.Select(attribute => attribute.Key)));
            });
        }, iter: 100);

    /// <summary>Garbage where an event should be.</summary>
    [Fact]
    public void So_does_garbage() => Gen.Select(Gen.OneOf(4, 5, 6, 7, 16, 19), Gen.Byte.Array[0, 200]).Array[1, 20].Sample(events =>
    {
        using var known = new KnownSnapshot();
        MeterStream stream = new MeterStream(10).Begin(known.Bench.Time.GetUtcNow());
        foreach ((int id, byte[] payload) in events) stream.Readings.Take(new NetTraceEvent(new EventMetadata("System.Diagnostics.Metrics", id, "", 2, 0, 4, []), 0, 0, payload), null);
        stream.AddTo(known.Snapshot, 0);
        Assert.Equal(3, known.Decoded().ResourceMetrics.Count);
    }, iter: 100);

    /// <summary>UTF-16 as it comes, valid or not; no zeros, which end a text.</summary>
    private static Gen<string> Text => Gen.OneOf(
        Gen.Char['\u0001', '\uffff'].Array[0, 12].Select(chars => new string(chars)), Gen.Char['\ud800', '\udfff'].Array[0, 12].Select(chars => new string(chars)),
        Gen.OneOf("", "a=1", "a=1,b=2", "a=\ud800,\udc00=x", "quantile=1", "s", "x"), Gen.Int[0, 700].Select(length => "k=" + new string('\ud83d', length)));

    private static HistogramDataPoint Histogram(MetricHead head, double count, double sum, double[] buckets)
    {
        byte[] attributes = OtlpText.Attributes(head.AttributesField, KeyValuePair.Create("k", "v"));
        ResourceMetrics resource = Build(builder =>
        {
            builder.Metric(head);
            builder.Histogram(1, count, sum, buckets, attributes);
        })!;
        HistogramDataPoint point = Assert.Single(resource.ScopeMetrics[0].Metrics[0].Histogram.DataPoints);
        Assert.Equal("v", Assert.Single(point.Attributes).Value.StringValue);
        return point;
    }

    private static ResourceMetrics? Build(Action<MetricsBuilder> fill)
    {
        var writer = new ProtobufWriter();
        var builder = new MetricsBuilder();
        builder.Begin(writer, 1000);
        builder.Resource(Nobody);
        builder.Scope(Encoding.UTF8.GetBytes(""));
        fill(builder);
        builder.Close();
        return ExportMetricsServiceRequest.Parser.ParseFrom(writer.Written).ResourceMetrics.SingleOrDefault();
    }
}
