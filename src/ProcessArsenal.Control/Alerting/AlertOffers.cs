using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Alerting;

/// <summary>Hands events on to policies, in their order, once they are on the disk. They stay there until what follows from them is on the disk too: what is not taken is offered again when there
/// is room, and what was taken only by the next run of ours, if this one ends before. Its number is the same then.</summary>
/// <param name="offer">False: it is not taken now. What it is given is to be called when it need not be kept any more.</param>
internal sealed class AlertOffers(ActionLedger ledger, AlertRecorder recorder, Func<AlertEvent, Action, bool> offer, TimeProvider time) : IDisposable
{
    /// <summary>Events that are held in memory; more wait on the disk alone.</summary>
    private const int MostHeld = 256;

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Queue<WaitingEvent> _held = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly List<long> _taken = [];
    private long _lastHeld;
    private bool _hasMore = true;

    /// <summary>Some more are on the disk. Called by the thread that writes.</summary>
    public void Add(IReadOnlyList<WaitingEvent> events)
    {
        lock (_lock)
        {
            foreach (WaitingEvent one in events)
            {
                if (_hasMore || _held.Count >= MostHeld)
                {
                    _hasMore = true; // The order is that of the disk.
                    break;
                }
                _held.Enqueue(one);
                _lastHeld = one.Id;
            }
        }
        Signal();
    }

    /// <summary>Offers until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            bool isDone = false;
            try
            {
                isDone = await OfferAsync().ConfigureAwait(false);
            }
            catch (LedgerException)
            {
                // What was taken is noted later; the pipeline says that the ledger is in trouble.
            }
            try
            {
                if (isDone) await _signal.WaitAsync(stop).ConfigureAwait(false);
                else await Task.Delay(RetryInterval, time, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Told to stop.
            }
        }
        try
        {
            await NoteTakenAsync().ConfigureAwait(false);
        }
        catch (LedgerException)
        {
            // They are offered again by the next run.
        }
    }

    /// <returns>Whether nothing is left to do now.</returns>
    private async Task<bool> OfferAsync()
    {
        while (true)
        {
            bool isRefused = OfferHeld();
            await NoteTakenAsync().ConfigureAwait(false);
            if (isRefused) return false;
            if (!await ReadAsync().ConfigureAwait(false)) return true;
        }
    }

    private async Task NoteTakenAsync()
    {
        long[] ids;
        lock (_lock) ids = [.. _taken];
        if (ids.Length == 0) return;
        await ledger.Write(log =>
        {
            recorder.Taken(log, ids);
            return true;
        }).ConfigureAwait(false);
        lock (_lock) _taken.RemoveRange(0, ids.Length);
    }

    /// <summary>What follows from one is on the disk. From any thread, also of what was offered by way of a call that came too late.</summary>
    private void Taken(long id)
    {
        lock (_lock) _taken.Add(id);
        Signal();
    }

    /// <returns>Whether one was not taken.</returns>
    private bool OfferHeld()
    {
        while (true)
        {
            WaitingEvent? next;
            lock (_lock)
                if (!_held.TryPeek(out next)) return false;
            if (!offer(next.Event, () => Taken(next.Id))) return true;
            lock (_lock) _held.Dequeue();
        }
    }

    /// <summary>Reads those that are on the disk alone.</summary>
    /// <returns>Whether any are held now.</returns>
    private async Task<bool> ReadAsync()
    {
        lock (_lock)
            if (!_hasMore) return _held.Count > 0;
        await ledger.Write(log =>
        {
            recorder.Load(log);
            lock (_lock)
            {
                if (_held.Count > 0) return false; // By an earlier call, that came too late for its caller.
                List<WaitingEvent> found = EventRows.Load(log.Connection, _lastHeld, MostHeld);
                foreach (WaitingEvent one in found) _held.Enqueue(one);
                _hasMore = found.Count == MostHeld;
                if (found.Count > 0) _lastHeld = found[^1].Id;
            }
            return true;
        }).ConfigureAwait(false);
        lock (_lock) return _held.Count > 0;
    }

    private void Signal()
    {
        try
        {
            _signal.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // It was told already, or we end.
        }
    }

    public void Dispose() => _signal.Dispose();
}
