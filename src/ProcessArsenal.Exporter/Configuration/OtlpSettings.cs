using System.Collections.Immutable;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

namespace ProcessArsenal.Exporter.Configuration;

public sealed record OtlpSettings
{
    /// <summary>Of all signals.</summary>
    public OtlpReceiverSettings Receiver { get; init; } = new();

    /// <summary>Time between two requests of metrics, 1 s to 1 h.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(15);

    public OtlpProcesses Processes { get; init; }

    /// <summary>Bytes, 1 MiB to 1 TiB.</summary>
    public long SpoolMaxSize { get; init; } = 200L << 20;

    /// <summary>Of spans, where OTEL_EXPORTER_OTLP_TRACES_* say otherwise; null: <see cref="Receiver"/>.</summary>
    public OtlpReceiverSettings? Traces { get; init; }

    /// <summary>Of metrics, where OTEL_EXPORTER_OTLP_METRICS_* say otherwise; null: <see cref="Receiver"/>.</summary>
    public OtlpReceiverSettings? Metrics { get; init; }

    /// <summary>Of what no key says, what variables of OpenTelemetry do, for <c>config show</c>: <c>NAME=value</c>, without secrets.</summary>
    public ImmutableArray<string> Variables { get; init; } = [];
}

/// <summary>Whom to send to, and how.</summary>
public sealed record OtlpReceiverSettings
{
    /// <summary>Null for nobody.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The endpoint is that of one signal, path and all.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Variables say that it is not to be sent.</summary>
    public bool IsOff { get; init; }

    public OtlpProtocol Protocol { get; init; }

    public OtlpCompression Compression { get; init; }

    /// <summary>100 ms to 10 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Of variables; secret.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Absolute path; empty for none. So are the others.</summary>
    public string HeadersFile { get; init; } = "";

    public string CaFile { get; init; } = "";

    public string ClientCertificateFile { get; init; } = "";

    public string ClientKeyFile { get; init; } = "";

    /// <summary>Without headers, so that no log shows them by accident.</summary>
    public override string ToString() => $"{Endpoint}";
}

public enum OtlpCompression
{
    Gzip,
    None,
}

/// <summary>Which processes have metrics of their own.</summary>
public enum OtlpProcesses
{
    /// <summary>Those that have series of their own on the page.</summary>
    Reported,

    All,
}

internal static class OtlpSettingsChanges
{
    public static ExporterConfiguration WithReceiver(
        this ExporterConfiguration configuration, Func<OtlpReceiverSettings, OtlpReceiverSettings> change) =>
        configuration with { Otlp = configuration.Otlp with { Receiver = change(configuration.Otlp.Receiver) } };
}
