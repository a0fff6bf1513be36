namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>How much of a heap is kept in memory at most. Beyond it the reading is refused, as half of a heap would name the wrong holders.</summary>
public sealed record HeapLimits
{
    /// <summary>Objects: 20 to 30 bytes of memory for each.</summary>
    public int Objects { get; init; } = 60_000_000;

    /// <summary>Bytes of what is kept of objects and references while they come, and after.</summary>
    public long Bytes { get; init; } = 3L << 30;

    /// <summary>Types.</summary>
    public int Types { get; init; } = 500_000;

    /// <summary>Bytes of all names.</summary>
    public int NameBytes { get; init; } = 128 << 20;

    /// <summary>Roots: what is alive without being held by another object.</summary>
    public int Roots { get; init; } = 8_000_000;
}
