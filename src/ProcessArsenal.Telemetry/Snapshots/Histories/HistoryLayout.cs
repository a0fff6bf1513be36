namespace ProcessArsenal.Telemetry.Snapshots.Histories;

/// <summary>How large a history is, and when its ticks were: all processes are sampled in the same ticks, so that none needs times of its own.
/// Ticks count from 1, spans from 0. Written by the tick; who reads looks afterwards whether it was overtaken.</summary>
internal sealed class HistoryLayout
{
    /// <summary>Most ticks that are kept: a shorter interval makes the fine part shorter, not larger.</summary>
    public const int MostTicks = 720;

    /// <summary>Spans that the coarse part is cut into.</summary>
    public const int Spans = 108;

    /// <summary>Ticks before this one are not known, though there may be room for them.</summary>
    private long _first = 1;

    private readonly (long Timestamp, long Utc, bool FollowsGap)[] _ticks;
    private readonly HistorySpan[] _spans = new HistorySpan[Spans + 1]; // One may be being written.

    /// <param name="fine">How far back each tick is kept.</param>
    /// <param name="coarse">How far back spans are kept.</param>
    /// <param name="interval">From tick to tick.</param>
    public HistoryLayout(TimeSpan fine, TimeSpan coarse, TimeSpan interval)
    {
        (Fine, Coarse, Interval) = (fine, coarse, interval);
        // Both ends of the time count, and one may be being written.
        FineCapacity = (int)Math.Min(Math.Ceiling(fine / interval) + 2, MostTicks);
        _ticks = new (long, long, bool)[FineCapacity];
        Span = coarse / Spans > interval ? coarse / Spans : interval;
        // A tick late or left out is no gap; two are.
        Gap = interval * 2.5 + TimeSpan.FromSeconds(1);
    }

    public TimeSpan Fine { get; }

    public TimeSpan Coarse { get; }

    public TimeSpan Interval { get; }

    public TimeSpan Span { get; }

    public TimeSpan Gap { get; }

    public int FineCapacity { get; }

    public static int CoarseCapacity => Spans + 1;

    public int Capacity => FineCapacity + CoarseCapacity;

    public ref (long Timestamp, long Utc, bool FollowsGap) Tick(long tick) => ref _ticks[Slot(tick)];

    public ref HistorySpan SpanOf(long span) => ref _spans[Slot(span, CoarseCapacity)];

    public int Slot(long tick) => Slot(tick, FineCapacity);

    public int SpanSlot(long span) => FineCapacity + Slot(span, CoarseCapacity);

    /// <summary>The oldest tick that is not overwritten while the one after <paramref name="published"/> is written.</summary>
    public long OldestTick(long published) => Math.Max(_first, published + 2 - FineCapacity);

    /// <inheritdoc cref="OldestTick"/>
    public static long OldestSpan(long published) => Math.Max(0, published + 1 - CoarseCapacity);

    /// <summary>In 32 bits, which divide several times as fast: they last for thirteen years of ticks of 0.1 s.</summary>
    private static int Slot(long count, int capacity) => (int)((uint)count % (uint)capacity);

    /// <summary>Takes over what another one has, as far as there is room.</summary>
    public void CopyFrom(HistoryLayout other, long tick, long spans)
    {
        _first = Math.Max(OldestTick(tick), other.OldestTick(tick));
        for (long i = _first; i <= tick; i++) Tick(i) = other.Tick(i);
        for (long i = OldestSpan(spans); i < spans; i++) SpanOf(i) = other.SpanOf(i);
    }
}

/// <summary>Ticks that have become one point.</summary>
/// <param name="After">The last tick before it.</param>
/// <param name="Last">Its last tick.</param>
/// <param name="Began">When the tick before it began: <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="BeganUtc">The same in ticks of UTC.</param>
/// <param name="Ended">When its last tick began.</param>
/// <param name="HasGap">There was a time without ticks in it.</param>
internal readonly record struct HistorySpan(long After, long Last, long Began, long BeganUtc, long Ended, bool HasGap);
