using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Our own spans and metrics, by the OpenTelemetry SDK to the receiver of all others.</summary>
internal static class SelfExport
{
    /// <summary>Has the SDK's exporter try again; the name is its own.</summary>
    private const string RetryKey = "OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY";

    /// <summary>Has ASP.NET Core say itself, in the tags of its activity, what a request is (since .NET 10, off by default).</summary>
    private const string TagsKey = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    public static void AddSelfExport(this OpenTelemetryBuilder builder, IConfigurationBuilder settings, OtlpSendingOptions sending, TimeSpan interval)
    {
        settings.AddInMemoryCollection([new(RetryKey, "in_memory")]);
        if (sending.Metrics is { } metrics)
        {
            builder.WithMetrics(provider => provider.AddOtlpExporter((options, reader) =>
            {
                Configure(options, metrics, traces: false);
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)interval.TotalMilliseconds;
            }));
        }
        if (sending.Traces is { } traces)
        {
            AppContext.SetSwitch(TagsKey, false);
            // A request on our own page is a span, as a request on any other.
            builder.WithTracing(provider => provider.AddSource("Microsoft.AspNetCore", Control.ControlTrace.Source).AddProcessor(new OwnRequestSpans()).AddOtlpExporter(options => Configure(options, traces, traces: true)));
        }
    }

    private static void Configure(OtlpExporterOptions options, OtlpEndpoint endpoint, bool traces)
    {
        (options.Endpoint, bool isGrpc) = SdkClient.AddressOf(endpoint, traces);
        options.Protocol = isGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        options.TimeoutMilliseconds = (int)endpoint.Timeout.TotalMilliseconds;
        options.HttpClientFactory = () => SdkClient.Create(endpoint, NullLogger.Instance); // The file of headers is complained of by the others who read it.
    }
}
