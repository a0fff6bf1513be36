using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>What settings mean for sending by OTLP.</summary>
internal static class OtlpConfiguration
{
    /// <returns>Null if nothing is sent.</returns>
    public static OtlpSendingOptions? ToOtlpOptions(this ExporterConfiguration configuration)
    {
        OtlpSettings otlp = configuration.Otlp;
        OtlpEndpoint? traces = ToEndpoint(otlp.Traces ?? otlp.Receiver), metrics = ToEndpoint(otlp.Metrics ?? otlp.Receiver);
        return traces is null && metrics is null ? null : new OtlpSendingOptions
        {
            Traces = traces,
            Metrics = metrics,
            SpoolDirectory = configuration.SpoolDirectory(),
            SpoolMaxSize = otlp.SpoolMaxSize,
        };
    }

    /// <summary>Where requests wait.</summary>
    public static string SpoolDirectory(this ExporterConfiguration configuration) => Path.Join(configuration.StateDirectory, "spool");

    private static OtlpEndpoint? ToEndpoint(OtlpReceiverSettings settings) => settings.Endpoint is null || settings.IsOff ? null : new OtlpEndpoint
    {
        Address = settings.Endpoint,
        IsWhole = settings.IsWhole,
        Protocol = settings.Protocol,
        Gzip = settings.Compression == OtlpCompression.Gzip,
        Timeout = settings.Timeout,
        Headers = settings.Headers,
        HeadersFile = OrNull(settings.HeadersFile),
        CaFile = OrNull(settings.CaFile),
        ClientCertificateFile = OrNull(settings.ClientCertificateFile),
        ClientKeyFile = OrNull(settings.ClientKeyFile),
    };

    private static string? OrNull(string path) => path.Length == 0 ? null : path;
}
