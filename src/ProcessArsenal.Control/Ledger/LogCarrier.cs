using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>Carries the write-ahead log over into the database, by a thread and a connection of its own: whoever writes goes on meanwhile
/// (PASSIVE, https://www.sqlite.org/c3ref/wal_checkpoint_v2.html). Used by one thread.</summary>
internal sealed class LogCarrier(string path, long maxBytes)
{
    /// <summary>What a few writes have left during one turn is carried over in the next. Who writes all the time does it himself, or the log would grow meanwhile.</summary>
    private const int MostTurns = 4, FewWrites = 8;

    private Thread? _thread;
    private long _writes;
    private volatile bool _leavesTheRest;

    public bool IsBusy => _thread is { IsAlive: true };

    /// <summary>Something is, or was, written.</summary>
    public void Note() => Interlocked.Increment(ref _writes);

    public void Begin()
    {
        _leavesTheRest = true;
        _thread = new Thread(Carry) { IsBackground = true, Name = "ledger log" };
        _thread.Start();
    }

    /// <summary>Once after one that did not come to an end: the rest is left to whoever writes. Only once nothing is left the log begins anew.</summary>
    public bool LeavesTheRest()
    {
        if (IsBusy || !_leavesTheRest) return false;
        _leavesTheRest = false;
        return true;
    }

    /// <summary>Waits for it to be done.</summary>
    public void Join(TimeSpan patience) => _thread?.Join(patience);

    private void Carry()
    {
        try
        {
            using SqliteConnection connection = LedgerDatabase.OpenToWrite(path, maxBytes);
            long meanwhile = 0;
            for (int turn = 0; turn < MostTurns && _leavesTheRest && meanwhile <= FewWrites; turn++)
            {
                long before = Interlocked.Read(ref _writes);
                bool all = LedgerDatabase.CarryOver(connection);
                meanwhile = Interlocked.Read(ref _writes) - before;
                if (all && meanwhile == 0) _leavesTheRest = false;
            }
        }
#pragma warning disable CA1031 // Whatever it is.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Another time: what is in the log is in the ledger.
        }
    }
}
