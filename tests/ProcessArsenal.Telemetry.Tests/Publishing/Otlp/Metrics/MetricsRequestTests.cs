using Google.Protobuf;
using Opentelemetry.Proto.Metrics.V1;
using Opentelemetry.Proto.Resource.V1;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Tests.Sampling;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Metrics;

/// <summary>Our bytes against generated code.</summary>
public sealed class MetricsRequestTests : IDisposable
{
    private static readonly byte[] Host = new Resource { Attributes = { ReferenceRequest.Attribute("host.name", "box") } }.ToByteArray();

    private readonly KnownSnapshot _known = new();

    public void Dispose() => _known.Dispose();

    [Fact]
    public void A_known_snapshot_is_the_golden_file()
    {
        DotnetTargets(_known);
        byte[] bytes = _known.Bytes(KnownSnapshot.Requests(Host), out int points);
        ExportMetricsServiceRequest request = ExportMetricsServiceRequest.Parser.ParseFrom(bytes);
        Assert.Equal(bytes, request.ToByteArray()); // Each field once, in order, and none that the other side doesn't know.
        Assert.Equal(points, PointsOf(request));
        Golden.Check("tests/golden/otlp-metrics.txt", RequestText.Of(request));
    }

    [Fact]
    public void Its_bytes_are_those_of_generated_code()
    {
        byte[] bytes = _known.Bytes(KnownSnapshot.Requests(all: true), out int points);
        ExportMetricsServiceRequest reference = ReferenceRequest.Build(_known.Snapshot, KnownSnapshot.Version, ReferenceRequest.Resource);
        Assert.Equal(PointsOf(reference), points);
        Assert.Equal(reference.ToByteArray(), bytes);
    }

    [Fact]
    public void A_process_that_is_gone_is_in_no_request()
    {
        Assert.Equal(3, _known.Decoded().ResourceMetrics.Count);
        _known.Bench.Proc.Exit(300);
        _known.Tick();
        Assert.Equal(["200", "400"], _known.Decoded().ResourceMetrics.Select(resource => resource.Resource.Attributes[0].Value.StringValue));
    }

    [Fact]
    public void Those_with_series_of_their_own_are_sent_or_all_but_the_excluded()
    {
        using var known = new KnownSnapshot(new SamplingOptions { Watch = [Rules.Parse("pid = 200")], Exclude = [Rules.Parse("pid = 400")], Top = 0 });
        Assert.Equal(["200"], Pids(known, all: false));
        Assert.Equal(["200", "300"], Pids(known, all: true));
        new MeterStream(10).Begin(known.Bench.Time.GetUtcNow()).AddTo(known.Snapshot, 1); // A .NET process for which there were too many others.
        Assert.Equal(["200", "300"], Pids(known, all: false));
        Assert.Equal("dotnet.thread_pool.starvation", known.Metric(300, "dotnet.thread_pool.starvation").Name);
    }

    [Fact]
    public void One_without_a_resource_is_left_out()
    {
        var requests = new MetricsRequests("1", (in ProcessRow row, RuntimeInfo? _) => row.Sample.Stat.Pid == 200 ? null : KnownSnapshot.ResourceOf(row), null);
        Assert.Equal(2, _known.Decoded(requests).ResourceMetrics.Count);
    }

    [Fact]
    public void What_is_too_large_for_one_request_is_cut_between_processes()
    {
        byte[] whole = _known.Bytes(KnownSnapshot.Requests(Host), out int all);
        int largest = ExportMetricsServiceRequest.Parser.ParseFrom(whole).ResourceMetrics.Max(resource => new ExportMetricsServiceRequest { ResourceMetrics = { resource } }.CalculateSize());
        var writer = new ProtobufWriter();
        foreach (int most in Enumerable.Range(1, 40).Select(i => i * whole.Length / 30))
        {
            MetricsRequests requests = KnownSnapshot.Requests(Host, mostBytes: most);
            requests.Begin(_known.Snapshot);
            var joined = new List<byte>();
            int points = 0;
            while (requests.TryWrite(writer, out int count))
            {
                Assert.InRange(writer.Length, 1, most);
                Assert.Equal(count, PointsOf(ExportMetricsServiceRequest.Parser.ParseFrom(writer.Written)));
                points += count;
                joined.AddRange(writer.Written);
            }
            // One message after the other is both in one, by the wire format.
            if (requests.Dropped == 0) Assert.Equal(whole, joined);
            Assert.Equal(requests.Dropped == 0, points == all);
            Assert.Equal(most < largest, requests.Dropped > 0);
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        DotnetTargets(_known);
        var requests = new MetricsRequests("1", (in ProcessRow _, RuntimeInfo? _) => Host, Host);
        var writer = new ProtobufWriter();
        long allocated = 0;
        for (int i = 0; i < 20; i++)
        {
            if (i == 2) allocated = GC.GetAllocatedBytesForCurrentThread();
            requests.Begin(_known.Snapshot);
            while (requests.TryWrite(writer, out _))
            {
                // As often as there is one.
            }
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    /// <summary>One of .NET 10, which tells buckets, and one of .NET 8, which tells quantiles and no types of its own.</summary>
    internal static void DotnetTargets(KnownSnapshot known)
    {
        DateTimeOffset began = known.Bench.Time.GetUtcNow() - TimeSpan.FromSeconds(3);
        MeterStream ten = new MeterStream(10).Begin(began);
        ten.Describe("Shop", "orders", "Orders taken.");
        ten.Counter("Shop", "orders", "{order}", "country=NO,kind=a,b", "2", "2", "7.1");
        ten.Counter("Shop", "orders", "{order}", "country=DE", "142", "142", "7.1");
        ten.Counter("System.Runtime", "dotnet.gc.collections", "{collection}", "gc.heap.generation=gen0", "", "31");
        ten.Counter("System.Runtime", "dotnet.thread_pool.thread.count", "{thread}", "", "", "9");
        ten.UpDownCounter("Kestrel", "kestrel.active_connections", "{connection}", "", "-1", "-1");
        ten.Gauge("Shop", "load", "1", "", "0.25");
        ten.Gauge("Shop", "nothing", "1", "", "");
        ten.Exponential("Shop", "order.duration", "s", "kind=a", [0, 0.003, 0.02, 0.02, 0.3], 2);
        ten.Runtime(9, 1000, [1, 0, 0, 0, 7, 0, 0, 0, 0, 0]);
        ten.Runtime(3, 3500, [0, 0]);
        ten.AddTo(known.Snapshot, 0);
        MeterStream eight = new MeterStream(8).Begin(began);
        eight.Histogram("Shop", "order.duration", "s", "kind=a", "0.5=0.02;0.95=0.3;0.99=0.3", 4, 0.343);
        eight.Runtime(80, 1000, [.. MeterStream.Texts("System.InvalidOperationException", "no"), .. new byte[16]]);
        eight.AddTo(known.Snapshot, 1);
    }

    private static IEnumerable<string> Pids(KnownSnapshot known, bool all) =>
        known.Decoded(KnownSnapshot.Requests(all: all)).ResourceMetrics.Select(resource => resource.Resource.Attributes[0].Value.StringValue);

    private static int PointsOf(ExportMetricsServiceRequest request) =>
        request.ResourceMetrics.SelectMany(resource => resource.ScopeMetrics).SelectMany(scope => scope.Metrics).Sum(metric =>
            RequestText.Numbers(metric).Count() + (metric.Histogram?.DataPoints.Count ?? 0) + (metric.ExponentialHistogram?.DataPoints.Count ?? 0));
}
