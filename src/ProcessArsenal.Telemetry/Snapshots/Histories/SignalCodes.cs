namespace ProcessArsenal.Telemetry.Snapshots.Histories;

/// <summary>What is kept of one signal of one process, as it was found. What comes later is not seen.</summary>
/// <param name="ring">A code for each tick, and behind them one for each span; null while there was one value only.</param>
/// <param name="constant">That value.</param>
/// <param name="since">The tick since which it holds.</param>
/// <param name="lastTick">The last tick in which the process was read.</param>
/// <param name="lastSpan">The last span that it has a point for.</param>
internal readonly struct SignalCodes(HistoryLayout layout, ushort[]? ring, ushort constant, long since, long lastTick, long lastSpan)
{
    // A ring of another size is met only by a reader who will find that it was overtaken.
    private readonly bool _isForeign = ring is not null && ring.Length != layout.Capacity;

    /// <summary>The code of a tick; missing where it was not read.</summary>
    public ushort At(long tick) =>
        tick > lastTick || _isForeign ? LogCode.Missing : ring is not null ? ring[layout.Slot(tick)] : tick >= since ? constant : LogCode.Missing;

    /// <summary>The same of the mean of a span.</summary>
    public ushort Of(long span) =>
        span > lastSpan || _isForeign ? LogCode.Missing : ring is not null ? ring[layout.SpanSlot(span)] : layout.SpanOf(span).Last >= since ? constant : LogCode.Missing;
}
