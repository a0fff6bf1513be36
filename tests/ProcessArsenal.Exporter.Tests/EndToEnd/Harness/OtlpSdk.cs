using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>OpenTelemetry's own SDK as a sender: each span is a request, which was answered when the span has ended.</summary>
internal sealed class OtlpSdk : IDisposable
{
    private readonly OtlpWire _wire;
    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    /// <param name="protocol">grpc or http.</param>
    /// <param name="timeout">For which it waits for an answer.</param>
    /// <param name="tls">Of the receiver; null if it trusts what the machine trusts.</param>
    public OtlpSdk(OtlpReceiver receiver, string protocol, bool gzip = false, TimeSpan? timeout = null, OtlpReceiverTls? tls = null)
    {
        string name = $"sdk.{Guid.NewGuid():N}";
        Source = new ActivitySource(name, "1.2");
        Meter = new Meter(name, "3.4");
        _wire = new OtlpWire(gzip, tls);
        ResourceBuilder resource = ResourceBuilder.CreateEmpty().AddService("sdk").AddAttributes([new("answer", 42L)]);

        void Configure(OtlpExporterOptions options, string path)
        {
            options.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
            options.Endpoint = protocol == "grpc" ? receiver.GrpcEndpoint : new Uri(receiver.HttpEndpoint, path);
            options.ExportProcessorType = ExportProcessorType.Simple;
            options.TimeoutMilliseconds = (int)(timeout ?? TimeSpan.FromSeconds(30)).TotalMilliseconds;
            options.Headers = "x-tenant=blue";
            options.HttpClientFactory = () => new HttpClient(_wire, disposeHandler: false) { Timeout = timeout ?? TimeSpan.FromSeconds(30) };
        }

        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(name).SetSampler(new AlwaysOnSampler())
            .AddOtlpExporter(options => Configure(options, "/v1/traces")).Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(name)
            .AddView("exponential", new Base2ExponentialBucketHistogramConfiguration())
            .AddOtlpExporter((options, reader) =>
            {
                Configure(options, "/v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = Timeout.Infinite;
            }).Build();
    }

    public ActivitySource Source { get; }

    public Meter Meter { get; }

    /// <summary>What it was answered, in order.</summary>
    public IReadOnlyList<OtlpAnswer> Answers => _wire.Answers;

    /// <summary>Sends a span.</summary>
    /// <returns>What it was answered.</returns>
    public OtlpAnswer SendSpan(string name = "work")
    {
        int before = Answers.Count;
        Source.StartActivity(name)!.Dispose();
        Assert.Equal(before + 1, Answers.Count);
        return Answers[^1];
    }

    /// <summary>Sends what its meter has counted.</summary>
    public bool SendMetrics() => _metrics.ForceFlush();

    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
        Source.Dispose();
        Meter.Dispose();
        _wire.Dispose();
    }
}
