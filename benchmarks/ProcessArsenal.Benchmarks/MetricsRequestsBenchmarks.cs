using System.Diagnostics.Metrics;
using System.Net;
using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using Opentelemetry.Proto.Resource.V1;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Metrics;

namespace ProcessArsenal.Benchmarks;

/// <summary>The metrics of 1,000 processes as a request of OTLP. Beside it: the same bytes by the generated code of Google.Protobuf, and the OpenTelemetry
/// SDK with as many points (what is about a process is with each point, since a provider has but one Resource), sent to where nothing is done with them.
/// </summary>
[MemoryDiagnoser]
public class MetricsRequestsBenchmarks
{
    private const int Processes = 1000, PerProcess = 22;

    private readonly ProtobufWriter _writer = new();
    private readonly Dictionary<int, Resource> _resources = [];
    private readonly Dictionary<int, byte[]> _bodies = [];
    private readonly Meter _meter = new("Benchmark");
    private Snapshot _snapshot = null!;
    private MetricsRequests _requests = null!;
    private MeterProvider _provider = null!;
    private readonly Sink _sink = new();
    private byte[] _buffer = [];

    [GlobalSetup]
    public void Setup()
    {
        _snapshot = Snapshots.WithProcesses(Processes);
        foreach (ref ProcessRow row in _snapshot.MutableProcesses)
        {
            row.Sample.Smaps = new ProcSmapsRollup { ProportionalBytes = 1 << 22, UniqueBytes = 1 << 21 };
            row.Sample.Accounting = new TaskAccounting { HasDelays = true, RunQueueNanoseconds = 123_456_789, BlockIoNanoseconds = 5_000_000, VoluntarySwitches = 700 };
            int pid = row.Sample.Stat.Pid;
            _resources[pid] = new Resource
            {
                Attributes = { ReferenceRequest.Attribute("process.pid", $"{pid}"), ReferenceRequest.Attribute("service.name", row.Group!), ReferenceRequest.Attribute("process.executable.name", "worker") },
            };
            _bodies[pid] = _resources[pid].ToByteArray();
        }
        _requests = new MetricsRequests("1.0.0", (in ProcessRow row, Telemetry.EventPipe.RuntimeInfo? _) => _bodies[row.Sample.Stat.Pid], null, all: true);
        SetupSdk();
        _requests.Begin(_snapshot);
        _requests.TryWrite(_writer, out int points);
        byte[] ours = _writer.Written.ToArray();
        OpenTelemetrySdk();
        bool isSame = ours.AsSpan().SequenceEqual(ReferenceRequest.Build(_snapshot, "1.0.0", pid => _resources[pid]).ToByteArray());
        Console.WriteLine($"// {points} points, {ours.Length} bytes, the same bytes by Google.Protobuf: {isSame}; the SDK sends {_sink.Bytes} bytes");
    }

    [Benchmark(Baseline = true)]
    public int Ours()
    {
        int all = 0;
        _requests.Begin(_snapshot);
        while (_requests.TryWrite(_writer, out int points)) all += points;
        return all;
    }

    [Benchmark]
    public int GoogleProtobuf()
    {
        var request = ReferenceRequest.Build(_snapshot, "1.0.0", pid => _resources[pid]);
        int size = request.CalculateSize();
        if (_buffer.Length < size) _buffer = new byte[size];
        request.WriteTo(_buffer.AsSpan(0, size));
        return size;
    }

    [Benchmark]
    public bool OpenTelemetrySdk() => _provider.ForceFlush();

    private void SetupSdk()
    {
        KeyValuePair<string, object?>[][] tags =
            [.. _resources.Values.Select(resource => resource.Attributes.Select(attribute => KeyValuePair.Create(attribute.Key, (object?)attribute.Value.StringValue)).ToArray())];
        for (int i = 0; i < PerProcess; i++)
        {
            int metric = i;
            _meter.CreateObservableCounter($"process.metric{i}", () => tags.Select((process, p) => new Measurement<long>(p + metric, process)), "By", "One of the metrics of a process.");
        }
        _provider = Sdk.CreateMeterProviderBuilder().AddMeter("Benchmark").AddOtlpExporter((exporter, reader) =>
        {
            exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
            exporter.HttpClientFactory = () => new HttpClient(_sink);
            reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = int.MaxValue;
        }).Build();
    }

    /// <summary>Takes what is sent, and says that all is well.</summary>
    private sealed class Sink : HttpMessageHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => Take(request);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(Take(request));

        public long? Bytes { get; private set; }

        private HttpResponseMessage Take(HttpRequestMessage request)
        {
            Bytes = request.Content!.Headers.ContentLength;
            request.Content.CopyTo(Stream.Null, null, CancellationToken.None);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([]) };
        }
    }
}
