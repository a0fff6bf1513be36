using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using Opentelemetry.Proto.Trace.V1;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Traces;
using ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Traces;
using Span = ProcessArsenal.Telemetry.EventPipe.Activities.Span;

namespace ProcessArsenal.Benchmarks;

/// <summary>A request of 512 spans of two processes with 8 tags each: time and memory for one span. Beside it: the same bytes by the generated code of
/// Google.Protobuf, and activities as like as they can be rebuilt, by the exporter of the OpenTelemetry SDK, sent to where nothing is done with them.
/// </summary>
[MemoryDiagnoser]
public class TraceRequestBenchmarks
{
    private const int Spans = 512;

    private static readonly DateTime Start = new(2026, 11, 25, 12, 0, 0, DateTimeKind.Utc);

    private static readonly SpanTag[] Tags =
    [
        new("http.request.method", "GET"), new("url.scheme", "http"), new("url.path", "/orders/17"), new("server.address", "orders.example"),
        new("server.port", "8080"), new("network.protocol.version", "1.1"), new("http.response.status_code", "200"), new("http.route", "/orders/{id}"),
    ];

    private readonly ActivitySource _source = new("Benchmark");
    private readonly ActivityListener _listener = new() { ShouldListenTo = _ => true, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded };
    private readonly ProtobufWriter _writer = new();
    private readonly byte[] _resource = OtlpText.Attributes(1, new KeyValuePair<string, string>("service.name", "orders"));
    private readonly OtlpTraceExporter _exporter = new(new OtlpExporterOptions
    {
        Protocol = OtlpExportProtocol.HttpProtobuf,
        HttpClientFactory = () => new HttpClient(new Sink()),
    });
    private QueuedSpan[] _spans = [];
    private TraceRequest _request = null!;
    private byte[] _buffer = [];

    [GlobalSetup]
    public void Setup()
    {
        ActivitySource.AddActivityListener(_listener);
        SpanOrigin[] origins = [new(new ProcessIdentity(1, 2, 3), null), new(new ProcessIdentity(2, 2, 3), null)];
        _spans = [.. Enumerable.Range(1, Spans).Select(i => new QueuedSpan(origins[i % 2], new Span
        {
            TraceId = new TraceId(17, (ulong)i),
            SpanId = new SpanId((ulong)i),
            ParentSpanId = new SpanId((ulong)i + 1),
            TraceFlags = 1,
            Kind = SpanKind.Server,
            Name = "GET /orders/{id}",
            Start = Start,
            Duration = TimeSpan.FromMilliseconds(3),
            Tags = [.. Tags],
            Source = "Microsoft.AspNetCore",
        }))];
        _request = new TraceRequest(_ => _resource);
        Ours();
        Console.WriteLine($"// {_writer.Length / Spans} bytes a span, the same bytes by Google.Protobuf: {_writer.Written.SequenceEqual(Reference().ToByteArray())}");
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Spans)]
    public void Ours() => _request.Write(_writer, _spans);

    [Benchmark(OperationsPerInvoke = Spans)]
    public int GoogleProtobuf()
    {
        ExportTraceServiceRequest request = Reference();
        int size = request.CalculateSize();
        if (_buffer.Length < size) _buffer = new byte[size];
        request.WriteTo(_buffer.AsSpan(0, size));
        return size;
    }

    /// <summary>Their ids and times are other ones: they can't be set.</summary>
    [Benchmark(OperationsPerInvoke = Spans)]
    public ExportResult OpenTelemetrySdk()
    {
        var activities = new Activity[Spans];
        for (int i = 0; i < Spans; i++)
        {
            Activity activity = _source.CreateActivity("GET /orders/{id}", ActivityKind.Server)!;
            activity.SetStartTime(Start);
            foreach (SpanTag tag in Tags) activity.SetTag(tag.Name, tag.Value);
            activity.Start();
            activity.Stop();
            activities[i] = activity;
        }
        return _exporter.Export(new Batch<Activity>(activities, Spans));
    }

    private ExportTraceServiceRequest Reference() => new()
    {
        ResourceSpans =
        {
            _spans.GroupBy(span => span.Origin.Process.Pid).Select(origin => SpanOracle.ToResource(_resource, SpanOracle.ToScope([.. origin.Select(span => span.Span)]))),
        },
    };

    /// <summary>Reads a request and forgets it.</summary>
    private sealed class Sink : HttpMessageHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Content!.CopyTo(Stream.Null, null, cancellationToken);
            return new HttpResponseMessage(System.Net.HttpStatusCode.OK);
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(Send(request, cancellationToken));
    }
}
