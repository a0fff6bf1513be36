using System.Diagnostics.CodeAnalysis;

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>A span that waits to be sent.</summary>
/// <param name="Origin">Whose it is.</param>
internal readonly record struct QueuedSpan(SpanOrigin Origin, Span Span);

/// <summary>Spans of all targets that wait for whoever takes them, in the order in which they came. While it is full none is added: a trace that is whole
/// at its beginning tells more than one without. Safe for concurrent use.</summary>
/// <param name="most">How many wait.</param>
/// <param name="mostBytes">What they take together, by <see cref="Span.Size"/>.</param>
internal sealed class SpanSink(int most = 8192, long mostBytes = 32 * 1024 * 1024)
{
    private readonly Lock _gate = new();
    private readonly Queue<QueuedSpan> _spans = new();
    private readonly long[] _dropped = new long[Enum.GetValues<SpanDropReason>().Length];
    private long _bytes;

    /// <summary>Spans that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _spans.Count;
        }
    }

    /// <summary>Spans that were not added.</summary>
    public long Dropped(SpanDropReason reason)
    {
        lock (_gate) return _dropped[(int)reason];
    }

    public bool TryAdd(SpanOrigin origin, Span span)
    {
        lock (_gate)
        {
            if (_spans.Count >= most) return Drop(SpanDropReason.Full);
            if (_bytes + span.Size > mostBytes) return Drop(SpanDropReason.TooManyBytes);
            _bytes += span.Size;
            _spans.Enqueue(new QueuedSpan(origin, span));
            return true;
        }
    }

    public bool TryTake([MaybeNullWhen(false)] out QueuedSpan span)
    {
        lock (_gate)
        {
            bool isOne = _spans.TryDequeue(out span);
            if (isOne) _bytes -= span.Span.Size;
            return isOne;
        }
    }

    /// <summary>Takes up to so many at once.</summary>
    /// <returns>How many.</returns>
    public int DrainTo(ICollection<QueuedSpan> target, int atMost)
    {
        lock (_gate)
        {
            int taken = 0;
            for (; taken < atMost && _spans.TryDequeue(out QueuedSpan span); taken++)
            {
                _bytes -= span.Span.Size;
                target.Add(span);
            }
            return taken;
        }
    }

    private bool Drop(SpanDropReason reason)
    {
        _dropped[(int)reason]++;
        return false;
    }
}

/// <summary>Why a span was not added to a <see cref="SpanSink"/>.</summary>
internal enum SpanDropReason
{
    /// <summary>As many wait as may.</summary>
    Full,

    /// <summary>Those that wait take as much memory as they may.</summary>
    TooManyBytes,
}
