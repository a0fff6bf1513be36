namespace ProcessArsenal.Telemetry.Snapshots;

/// <summary>Holds the latest snapshot and swaps it whole. A reader leases one and sees that one tick, however long it takes;
/// the sampler writes into one that nobody holds.</summary>
public sealed class SnapshotStore
{
    private readonly Lock _lock = new();
    private readonly List<Snapshot> _free = [];
    private Snapshot? _current;

    /// <summary>Told that there is another one, by the tick: it must not wait, nor throw.</summary>
    public Action? Published { get; set; }

    /// <summary>Leases the latest snapshot; an empty lease before the first tick.</summary>
    public SnapshotLease Acquire()
    {
        lock (_lock)
        {
            if (_current is not null) _current.Leases++;
            return new SnapshotLease(this, _current);
        }
    }

    /// <summary>One that nobody reads. As many exist as there were readers at once, plus two.</summary>
    internal Snapshot Rent()
    {
        lock (_lock)
        {
            if (_free.Count == 0) return new Snapshot();
            Snapshot snapshot = _free[^1];
            _free.RemoveAt(_free.Count - 1);
            return snapshot;
        }
    }

    internal void Publish(Snapshot snapshot)
    {
        lock (_lock)
        {
            Snapshot? previous = _current;
            snapshot.Leases = 1;
            _current = snapshot;
            if (previous is not null) ReleaseLocked(previous);
        }
        Published?.Invoke();
    }

    internal void Release(Snapshot snapshot)
    {
        lock (_lock) ReleaseLocked(snapshot);
    }

    private void ReleaseLocked(Snapshot snapshot)
    {
        if (--snapshot.Leases == 0) _free.Add(snapshot);
    }
}

/// <summary>The right to read one snapshot. Dispose it exactly once, and read nothing of it afterwards.</summary>
public sealed class SnapshotLease : IDisposable
{
    private SnapshotStore? _store;

    internal SnapshotLease(SnapshotStore store, Snapshot? snapshot)
    {
        _store = store;
        Snapshot = snapshot;
    }

    /// <summary>Null before the first tick.</summary>
    public Snapshot? Snapshot { get; }

    public void Dispose()
    {
        SnapshotStore? store = Interlocked.Exchange(ref _store, null);
        if (store is not null && Snapshot is not null) store.Release(Snapshot);
    }
}
