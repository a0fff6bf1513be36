namespace ProcessArsenal.Telemetry.Snapshots;

/// <summary>The latest starts and exits, in the order in which we learned of them. Written by the tick, read by any number of others.</summary>
public sealed class LifecycleLog
{
    /// <summary>How many are remembered: at 30 short-lived processes a second, two minutes.</summary>
    public const int Most = 8192;

    private readonly Lock _lock = new();
    private readonly LifecycleEvent[] _events = new LifecycleEvent[Most];
    private TaskCompletionSource _more = New();
    private long _count;
    private long _told;

    /// <summary>The latest time of those that are forgotten.</summary>
    private DateTimeOffset _forgotten;

    /// <summary>Since when all are known; null before the first tick.</summary>
    public DateTimeOffset? Began { get; private set; }

    /// <summary>The number of the latest; 0 before the first.</summary>
    public long Last
    {
        get
        {
            lock (_lock) return _count;
        }
    }

    /// <summary>Copies those after one, in their order.</summary>
    /// <param name="after">The number of the last that is known; 0 for all.</param>
    /// <param name="events">Added to, up to <paramref name="most"/>.</param>
    /// <returns>How many were forgotten in between.</returns>
    public long Read(long after, ICollection<LifecycleEvent> events, int most)
    {
        lock (_lock)
        {
            long first = Math.Max(Math.Max(after, 0), _count - Most);
            for (long id = first; id < _count && id - first < most; id++) events.Add(_events[id % Most]);
            return Math.Min(first, _count) - Math.Min(Math.Max(after, 0), _count);
        }
    }

    /// <summary>Copies those since a time, in their order.</summary>
    /// <param name="from">From when on all are known: <paramref name="since"/>, or later.</param>
    public List<LifecycleEvent> Since(DateTimeOffset since, out DateTimeOffset from)
    {
        var events = new List<LifecycleEvent>();
        lock (_lock)
        {
            for (long id = Math.Max(0, _count - Most); id < _count; id++)
                if (_events[id % Most].Time >= since) events.Add(_events[id % Most]);
            DateTimeOffset known = Began ?? since;
            if (_count > Most) known = _events[_count % Most].Time is var oldest && oldest > _forgotten ? oldest : _forgotten;
            from = known > since ? known : since;
        }
        return events;
    }

    /// <summary>Ends when there are some after one, at the end of a tick.</summary>
    public async Task WaitAsync(long after, CancellationToken cancellation)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_count > after) return;
                more = _more.Task;
            }
            // A tick that ends has perhaps nothing but what was read before its end.
            await more.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <param name="began">When the tick began.</param>
    internal void BeginTick(DateTimeOffset began) => Began ??= began;

    /// <param name="happened">Its number is given here.</param>
    internal void Add(in LifecycleEvent happened)
    {
        lock (_lock)
        {
            ref LifecycleEvent place = ref _events[_count % Most];
            if (_count >= Most && place.Time > _forgotten) _forgotten = place.Time;
            place = happened with { Id = _count + 1 };
            _count++;
        }
    }

    internal void EndTick()
    {
        TaskCompletionSource? more = null;
        lock (_lock)
        {
            if (_told != _count) (more, _more, _told) = (_more, New(), _count);
        }
        more?.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
