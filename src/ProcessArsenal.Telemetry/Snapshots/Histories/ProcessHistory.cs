using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Snapshots.Histories;

/// <summary>The history of one process. A signal that never changed has no array: one value, and since when, says it all. Written by the tick only;
/// a reader takes <see cref="LastTick"/> for its end, and what it reads is whole as long as the ring was not overtaken.</summary>
internal sealed class ProcessHistory(ProcessIdentity identity)
{
    private const int CodeBits = 16;

    private readonly Slot[] _kernel = new Slot[HistorySignal.OfKernel];
    private Slot[]? _runtime;
    private long _lastTick;
    private long _lastSpan = -1;

    /// <summary>The span that the means are of.</summary>
    private long _span;

    public ProcessIdentity Identity => identity;

    /// <summary>The last tick in which it was read; 0 if there was none.</summary>
    public long LastTick => Volatile.Read(ref _lastTick);

    /// <summary>The last span that it has a point for.</summary>
    public long LastSpan => Volatile.Read(ref _lastSpan);

    /// <summary>When it was found to have ended: ticks of UTC; 0 while it lives.</summary>
    public long EndedUtc { get; set; }

    /// <summary>How many ticks it was seen in.</summary>
    public int Ticks { get; private set; }

    /// <summary>Its runtime has told something.</summary>
    public bool HasRuntime => _runtime is not null;

    /// <summary>Notes what it is in a tick.</summary>
    /// <param name="span">The span that the tick belongs to.</param>
    /// <param name="isLast">Whether that ends with it.</param>
    public void Add(HistoryLayout layout, in ProcessRow row, long tick, long span, bool isLast)
    {
        if (_lastTick > 0 && _lastTick < tick - 1) Skip(layout, tick);
        if (_span != span) BeginSpan(span);
        HistoryValues.Write(this, layout, row, tick);
        if (isLast) EndSpan(layout, span);
        Ticks++;
        Volatile.Write(ref _lastTick, tick);
    }

    public void Set(HistoryLayout layout, HistorySignal signal, double? value, long tick)
    {
        if (signal.IsOfRuntime && _runtime is null)
        {
            if (value is null) return;
            Volatile.Write(ref _runtime, new Slot[HistorySignal.OfRuntime]);
        }
        ref Slot slot = ref Of(signal.IsOfRuntime ? _runtime! : _kernel, signal);
        if (value is { } number && double.IsFinite(number)) slot.Mean += ((float)number - slot.Mean) / ++slot.Count;
        ushort code = LogCode.Of(value);
        if (slot.Ring is { } ring) ring[layout.Slot(tick)] = code;
        else if ((ushort)slot.Constant != code)
        {
            if ((ushort)slot.Constant == LogCode.Missing) Volatile.Write(ref slot.Constant, code | (ulong)tick << CodeBits);
            else
            {
                ring = Unfold(layout, slot.Constant, tick - 1);
                ring[layout.Slot(tick)] = code;
                Volatile.Write(ref slot.Ring, ring);
            }
        }
    }

    /// <summary>The codes of a signal.</summary>
    public SignalCodes CodesOf(HistoryLayout layout, HistorySignal signal)
    {
        // What is read first is not later than what is read next.
        (long lastTick, long lastSpan) = (LastTick, LastSpan);
        if (Slots(signal) is not { } slots) return new SignalCodes(layout, null, LogCode.Missing, 0, lastTick, lastSpan);
        ref Slot slot = ref Of(slots, signal);
        ulong constant = Volatile.Read(ref slot.Constant);
        return new SignalCodes(layout, Volatile.Read(ref slot.Ring), (ushort)constant, (long)(constant >> CodeBits), lastTick, lastSpan);
    }

    /// <summary>Whether all that is known of a signal is one value: looking at each tick would tell nothing else.</summary>
    public bool IsConstant(HistorySignal signal) => Slots(signal) is not { } slots || Volatile.Read(ref Of(slots, signal).Ring) is null;

    /// <summary>Moves everything to rings of another size.</summary>
    public void Refit(HistoryLayout from, HistoryLayout to, long tick, long spans)
    {
        Refit(_kernel, from, to, tick, spans);
        if (_runtime is not null) Refit(_runtime, from, to, tick, spans);
    }

    private static void Refit(Slot[] slots, HistoryLayout from, HistoryLayout to, long tick, long spans)
    {
        foreach (ref Slot slot in slots.AsSpan())
        {
            if (slot.Ring is not { } old) continue;
            ushort[] ring = new ushort[to.Capacity];
            for (long i = Math.Max(from.OldestTick(tick), to.OldestTick(tick)); i <= tick; i++) ring[to.Slot(i)] = old[from.Slot(i)];
            for (long i = HistoryLayout.OldestSpan(spans); i < spans; i++) ring[to.SpanSlot(i)] = old[from.SpanSlot(i)];
            slot.Ring = ring;
        }
    }

    /// <summary>It was not read in the ticks since its last: they stay without values.</summary>
    private void Skip(HistoryLayout layout, long tick)
    {
        Skip(_kernel, layout, tick);
        if (_runtime is not null) Skip(_runtime, layout, tick);
    }

    private void Skip(Slot[] slots, HistoryLayout layout, long tick)
    {
        foreach (ref Slot slot in slots.AsSpan())
        {
            ushort[]? ring = slot.Ring;
            if (ring is null)
            {
                if ((ushort)slot.Constant == LogCode.Missing) continue;
                ring = Unfold(layout, slot.Constant, _lastTick);
            }
            for (long i = Math.Max(_lastTick + 1, layout.OldestTick(tick)); i < tick; i++) ring[layout.Slot(i)] = LogCode.Missing;
            Volatile.Write(ref slot.Ring, ring);
        }
    }

    /// <summary>Means of a span that it was not there to see the end of are no point.</summary>
    private void BeginSpan(long span)
    {
        Clear(_kernel);
        if (_runtime is not null) Clear(_runtime);
        _span = span;
    }

    private void EndSpan(HistoryLayout layout, long span)
    {
        EndSpan(_kernel, layout, span);
        if (_runtime is not null) EndSpan(_runtime, layout, span);
        Volatile.Write(ref _lastSpan, span);
    }

    private void EndSpan(Slot[] slots, HistoryLayout layout, long span)
    {
        foreach (ref Slot slot in slots.AsSpan())
        {
            if (slot.Ring is { } ring)
            {
                for (long i = Math.Max(_lastSpan + 1, HistoryLayout.OldestSpan(span)); i < span; i++) ring[layout.SpanSlot(i)] = LogCode.Missing;
                ring[layout.SpanSlot(span)] = slot.Count == 0 ? LogCode.Missing : LogCode.Of(slot.Mean);
            }
        }
    }

    /// <summary>What one value said, as an array.</summary>
    private ushort[] Unfold(HistoryLayout layout, ulong constant, long last)
    {
        ushort[] ring = new ushort[layout.Capacity];
        long since = (long)(constant >> CodeBits);
        for (long i = Math.Max(since, layout.OldestTick(last)); i <= last; i++) ring[layout.Slot(i)] = (ushort)constant;
        for (long i = HistoryLayout.OldestSpan(_lastSpan + 1); i <= _lastSpan; i++)
            if (layout.SpanOf(i).Last >= since) ring[layout.SpanSlot(i)] = (ushort)constant;
        return ring;
    }

    private static void Clear(Slot[] slots)
    {
        foreach (ref Slot slot in slots.AsSpan()) (slot.Mean, slot.Count) = (0, 0);
    }

    private Slot[]? Slots(HistorySignal signal) => signal.IsOfRuntime ? Volatile.Read(ref _runtime) : _kernel;

    private static ref Slot Of(Slot[] slots, HistorySignal signal) => ref slots[signal.Index];

    /// <summary>One signal.</summary>
    private struct Slot
    {
        /// <summary>A code for each tick, and behind them one for each span; null while there was one value only.</summary>
        public ushort[]? Ring;

        /// <summary>That value, and above it the tick since which it holds.</summary>
        public ulong Constant;

        /// <summary>Of the span so far.</summary>
        public float Mean;

        public int Count;
    }
}
