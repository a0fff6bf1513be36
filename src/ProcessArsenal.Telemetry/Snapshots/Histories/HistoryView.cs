namespace ProcessArsenal.Telemetry.Snapshots.Histories;

/// <summary>The history of one process as seen from one tick. It is whole only if <see cref="IsWhole"/> says so afterwards.</summary>
internal readonly struct HistoryView(HistoryLayout layout, ProcessHistory process, TimeProvider time, long lastTick, long oldestTick, long spans)
{
    /// <summary>The first tick that may be read.</summary>
    public long OldestTick => oldestTick;

    /// <summary>The last tick that may be read.</summary>
    public long LastTick => lastTick;

    /// <summary>The first span that may be read.</summary>
    public long OldestSpan => HistoryLayout.OldestSpan(spans);

    /// <summary>One more than the last span that may be read.</summary>
    public long Spans => spans;

    public long TimestampOf(long tick) => layout.Tick(tick).Timestamp;

    public long UtcOf(long tick) => layout.Tick(tick).Utc;

    /// <summary>There was a time without ticks before this one.</summary>
    public bool FollowsGap(long tick) => layout.Tick(tick).FollowsGap;

    public HistorySpan SpanOf(long span) => layout.SpanOf(span);

    public ushort CodeAt(HistorySignal signal, long tick) => CodesOf(signal).At(tick);

    public ushort CodeOf(HistorySignal signal, long span) => CodesOf(signal).Of(span);

    /// <summary>All of one signal.</summary>
    public SignalCodes CodesOf(HistorySignal signal) => process.CodesOf(layout, signal);

    /// <summary>Seconds of a unit of timestamps.</summary>
    public double Unit => 1.0 / time.TimestampFrequency;

    public TimeSpan Between(long earlier, long later) => time.GetElapsedTime(earlier, later);

    public bool IsWhole(History history) => history.IsWhole(layout, oldestTick, spans);
}
