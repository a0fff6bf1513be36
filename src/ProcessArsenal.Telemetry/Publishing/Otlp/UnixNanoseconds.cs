namespace ProcessArsenal.Telemetry.Publishing.Otlp;

/// <summary>Times as OTLP has them.</summary>
internal static class UnixNanoseconds
{
    /// <returns>0, which means unknown, if there is none, and before 1970.</returns>
    public static ulong Of(DateTimeOffset? time) =>
        time is { } known && known > DateTimeOffset.UnixEpoch ? (ulong)(known - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick : 0;
}
