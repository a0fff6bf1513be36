using Google.Protobuf;
using Opentelemetry.Proto.Metrics.V1;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Tests.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Metrics;

/// <summary>A snapshot of a fixture tree, and the requests that are made of it.</summary>
internal sealed class KnownSnapshot : IDisposable
{
    public const string Version = "1.2.3";

    private readonly SamplerBench _bench;
    private readonly ProtobufWriter _writer = new();
    private SnapshotLease _lease;

    public KnownSnapshot(SamplingOptions? options = null)
    {
        _bench = new SamplerBench(options ?? new SamplingOptions { Watch = [Rules.Parse("pid < 1000")] });
        _bench.Proc.Process(200, p =>
        {
            (p.Name, p.Executable, p.Arguments) = ("Orders.Api", "/usr/share/dotnet/dotnet", ["dotnet", "Orders.Api.dll"]);
            (p.Threads, p.ResidentPages, p.AnonymousKibibytes, p.SwapKibibytes) = (42, 30_000, 100_000, 2048);
            (p.UserTicks, p.SystemTicks, p.WriteBytes, p.MajorFaults) = (1234, 50, 1 << 20, 7);
        });
        _bench.Proc.Process(300, p => (p.Name, p.HasIo, p.HasSmapsRollup, p.UserTicks) = ("worker", false, false, 300));
        _bench.Proc.Process(400, p => (p.Name, p.State, p.StartTicks) = ("young", 'R', _bench.Now));
        _bench.Tick();
        _bench.Tick();
        _lease = _bench.Store.Acquire();
    }

    public SamplerBench Bench => _bench;

    public Snapshot Snapshot => _lease.Snapshot!;

    /// <summary>Another sample; the one before is given back.</summary>
    public void Tick()
    {
        _lease.Dispose();
        _bench.Tick();
        _lease = _bench.Store.Acquire();
    }

    public static byte[]? ResourceOf(in ProcessRow row) => ReferenceRequest.Resource(row.Sample.Stat.Pid).ToByteArray();

    public static MetricsRequests Requests(byte[]? host = null, bool all = false, int mostBytes = MetricsRequests.MostBytes) =>
        new(Version, (in ProcessRow row, RuntimeInfo? _) => ResourceOf(row), host, all, mostBytes);

    /// <summary>The request, encoded by us; fails if there are several.</summary>
    public byte[] Bytes(MetricsRequests requests, out int points)
    {
        requests.Begin(Snapshot);
        Assert.True(requests.TryWrite(_writer, out points));
        byte[] bytes = _writer.Written.ToArray();
        Assert.False(requests.TryWrite(_writer, out _));
        return bytes;
    }

    /// <summary>The same, decoded.</summary>
    public ExportMetricsServiceRequest Decoded(MetricsRequests? requests = null) => ExportMetricsServiceRequest.Parser.ParseFrom(Bytes(requests ?? Requests(), out _));

    /// <summary>The metric of that name of a process.</summary>
    public Metric Metric(int pid, string name, MetricsRequests? requests = null) => Decoded(requests).ResourceMetrics
        .Single(resource => resource.Resource.Attributes[0].Value.StringValue == $"{pid}").ScopeMetrics.SelectMany(scope => scope.Metrics).Single(metric => metric.Name == name);

    public void Dispose()
    {
        _lease.Dispose();
        _bench.Dispose();
    }
}
