namespace ProcessArsenal.Telemetry.Publishing.Otlp;

/// <summary>What a request of OTLP carries (<see href="https://opentelemetry.io/docs/specs/otlp"/>).</summary>
internal enum OtlpSignal : byte
{
    /// <summary>ExportTraceServiceRequest: its items are spans.</summary>
    Traces,

    /// <summary>ExportMetricsServiceRequest: its items are data points.</summary>
    Metrics,
}

internal static class OtlpSignals
{
    /// <summary>As in labels, and the name of its directory in a spool.</summary>
    public static string Text(this OtlpSignal signal) => signal == OtlpSignal.Traces ? "traces" : "metrics";
}
