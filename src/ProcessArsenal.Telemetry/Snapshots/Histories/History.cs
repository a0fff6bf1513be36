using System.Collections.Concurrent;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Snapshots.Histories;

/// <summary>What every process was like at each of the latest ticks, and on average before: see <see cref="HistorySignal"/>. That of a process that has
/// ended is kept for a while. Written by the tick, which allocates nothing for a value that it knows already; read by anybody at the same time without a
/// lock: who was overtaken by the tick reads again.</summary>
public sealed class History
{
    /// <summary>Ended processes that are remembered.</summary>
    public const int MostEnded = 256;

    /// <summary>Of whom fewer ticks are known, nothing is remembered: there are too many of those.</summary>
    private const int LeastTicks = 2;

    private const int MostTries = 100;

    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<ProcessIdentity, ProcessHistory> _processes = new(concurrencyLevel: 1, capacity: 31);
    private readonly Queue<ProcessHistory> _ended = [];
    private HistoryLayout? _layout;
    private HistoryLayout _writing;
    private long _published;
    private long _publishedSpans;
    private long _tick;
    private long _span;
    private bool _isLast;
    private HistorySpan _open;
    private long _utc;

    internal History(TimeProvider time, TimeSpan fine, TimeSpan coarse, TimeSpan interval)
    {
        _time = time;
        _layout = _writing = new HistoryLayout(fine, coarse, interval);
    }

    /// <summary>Processes that something is known of, ended ones included.</summary>
    public int Count => _processes.Count;

    /// <summary>Reads one signal of one process, the oldest first: coarse points, then those of the single ticks that are kept. Where a coarse point
    /// overlaps the first ticks, both are there.</summary>
    /// <param name="identity">Of a process that lives, or has ended not long ago.</param>
    /// <param name="signal">One of <see cref="HistorySignal.All"/>.</param>
    /// <param name="since">Earlier points are left out.</param>
    /// <param name="points">Emptied first.</param>
    /// <returns>False if nothing is known of the process.</returns>
    public bool TryRead(in ProcessIdentity identity, HistorySignal signal, DateTimeOffset since, List<HistoryPoint> points)
    {
        ArgumentNullException.ThrowIfNull(signal);
        ArgumentNullException.ThrowIfNull(points);
        for (int i = 0; i < MostTries; i++)
        {
            points.Clear();
            if (!_processes.TryGetValue(identity, out ProcessHistory? process)) return false;
            if (TryView(process, long.MaxValue, out HistoryView view))
            {
                Read(view, signal, since, points);
                if (view.IsWhole(this)) return true;
            }
            Thread.Yield(); // Sizes are being changed, or the tick was faster than we.
        }
        points.Clear();
        return false;
    }

    /// <summary>When the process was found to have ended; null if it lives, or nothing is known of it.</summary>
    public DateTimeOffset? EndOf(in ProcessIdentity identity) =>
        _processes.TryGetValue(identity, out ProcessHistory? process) && process.EndedUtc is var ended and > 0 ? new DateTimeOffset(ended, TimeSpan.Zero) : null;

    /// <summary>Takes effect before the next tick; what is known is kept as far as there is room.</summary>
    internal void Configure(TimeSpan fine, TimeSpan coarse, TimeSpan interval)
    {
        if ((fine, coarse, interval) == (_writing.Fine, _writing.Coarse, _writing.Interval)) return;
        var layout = new HistoryLayout(fine, coarse, interval);
        Volatile.Write(ref _layout, null); // Who reads now reads again.
        Interlocked.MemoryBarrier();
        layout.CopyFrom(_writing, _tick, _span);
        foreach (ProcessHistory process in _processes.Values) process.Refit(_writing, layout, _tick, _span);
        _writing = layout;
        Volatile.Write(ref _layout, layout);
    }

    /// <param name="tick">Its number, one more than the last.</param>
    /// <param name="timestamp">When it began: <see cref="TimeProvider.GetTimestamp"/>.</param>
    internal void BeginTick(long tick, long timestamp, DateTimeOffset now)
    {
        // What is written from here on must not be seen by a reader for whom the tick before is not published yet.
        Interlocked.MemoryBarrier();
        (_tick, _utc) = (tick, now.UtcTicks);
        bool isFirst = _published == 0;
        bool followsGap = !isFirst && _time.GetElapsedTime(_writing.Tick(tick - 1).Timestamp, timestamp) > _writing.Gap;
        _writing.Tick(tick) = (timestamp, _utc, followsGap);
        if (isFirst) _open = new HistorySpan(tick - 1, tick, timestamp, _utc, timestamp, false);
        _open = _open with { Last = tick, Ended = timestamp, HasGap = _open.HasGap || followsGap };
        _isLast = _time.GetElapsedTime(_open.Began, timestamp) >= _writing.Span;
        if (_isLast) _writing.SpanOf(_span) = _open;
    }

    /// <summary>Notes a process in this tick.</summary>
    /// <param name="process">Null if it is new.</param>
    internal ProcessHistory Add(ProcessHistory? process, in ProcessRow row)
    {
        if (process is null) _processes[row.Sample.Identity] = process = new ProcessHistory(row.Sample.Identity);
        process.Add(_writing, row, _tick, _span, _isLast);
        return process;
    }

    /// <summary>The process has ended: what is known of it stays for as long as the fine part reaches back.</summary>
    internal void End(ProcessHistory process)
    {
        process.EndedUtc = Math.Max(1, _time.GetUtcNow().UtcTicks);
        if (process.Ticks < LeastTicks) _processes.TryRemove(process.Identity, out _);
        else _ended.Enqueue(process);
    }

    internal void EndTick()
    {
        // By the ticks that it was last seen in, not by the clock on the wall, which may step.
        while (_ended.TryPeek(out ProcessHistory? oldest) && (_ended.Count > MostEnded || oldest.LastTick < _writing.OldestTick(_tick)))
        {
            _ended.Dequeue();
            // The kernel may have given the identity to nobody else, but the map says who is meant.
            _processes.TryRemove(KeyValuePair.Create(oldest.Identity, oldest));
        }
        if (_isLast)
        {
            _open = new HistorySpan(_tick, _tick, _open.Ended, _utc, _open.Ended, false);
            Volatile.Write(ref _publishedSpans, ++_span);
        }
        Volatile.Write(ref _published, _tick);
    }

    /// <summary>What can be read of a process now.</summary>
    /// <param name="tick">The tick that it is looked at from; those after it are not looked at.</param>
    internal bool TryView(ProcessHistory process, long tick, out HistoryView view)
    {
        long published = Volatile.Read(ref _published), spans = Volatile.Read(ref _publishedSpans);
        HistoryLayout? layout = Volatile.Read(ref _layout);
        view = layout is null ? default : new HistoryView(layout, process, _time, Math.Min(published, tick), layout.OldestTick(published), spans);
        return layout is not null;
    }

    /// <summary>Whether nothing that was there was overwritten since.</summary>
    internal bool IsWhole(HistoryLayout layout, long oldestTick, long spans)
    {
        Volatile.ReadBarrier();
        long published = Volatile.Read(ref _published);
        return Volatile.Read(ref _layout) == layout && layout.OldestTick(published) <= oldestTick && Volatile.Read(ref _publishedSpans) == spans;
    }

    private static void Read(in HistoryView view, HistorySignal signal, DateTimeOffset since, List<HistoryPoint> points)
    {
        long from = Math.Max(view.OldestTick, 1);
        for (long i = view.OldestSpan; i < view.Spans; i++)
        {
            HistorySpan span = view.SpanOf(i);
            if (span.After + 1 >= from) break;
            if (span.BeganUtc < since.UtcTicks) continue;
            points.Add(new HistoryPoint(new DateTimeOffset(span.BeganUtc, TimeSpan.Zero), view.Between(span.Began, span.Ended), LogCode.Value(view.CodeOf(signal, i))));
        }
        for (long tick = from; tick <= view.LastTick; tick++)
        {
            long utc = view.UtcOf(tick);
            if (utc >= since.UtcTicks) points.Add(new HistoryPoint(new DateTimeOffset(utc, TimeSpan.Zero), TimeSpan.Zero, LogCode.Value(view.CodeAt(signal, tick))));
        }
    }
}
