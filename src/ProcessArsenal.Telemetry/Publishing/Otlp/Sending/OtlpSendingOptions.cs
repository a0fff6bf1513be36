namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Where requests go, and where they wait until they are there.</summary>
public sealed record OtlpSendingOptions
{
    /// <summary>Null: spans are not sent.</summary>
    public OtlpEndpoint? Traces { get; init; }

    /// <summary>Null: metrics are not sent.</summary>
    public OtlpEndpoint? Metrics { get; init; }

    /// <summary>Where requests wait, in a directory for each signal; null: in memory alone.</summary>
    public string? SpoolDirectory { get; init; }

    /// <summary>Bytes on disk, of all signals. In memory it is <see cref="MostInMemory"/>, if that is less.</summary>
    public long SpoolMaxSize { get; init; } = 200 * 1024 * 1024;

    /// <summary>The part of the size that belongs to metrics, 0 to 1. A small one: a lost span is lost, while most of what points of a lost time would
    /// tell is in the next.</summary>
    public double MetricsShare { get; init; } = 0.25;

    /// <summary>Bytes that may wait in memory, of all signals: where there is no disk, or none that can be written.</summary>
    public long MostInMemory { get; init; } = 32 * 1024 * 1024;

    internal OtlpEndpoint? EndpointOf(OtlpSignal signal) => signal == OtlpSignal.Traces ? Traces : Metrics;

    /// <summary>Bytes for a signal out of a number for all.</summary>
    internal long ShareOf(OtlpSignal signal, long all)
    {
        long metrics = (long)(all * Math.Clamp(MetricsShare, 0, 1));
        return signal == OtlpSignal.Metrics ? metrics : all - metrics;
    }
}
