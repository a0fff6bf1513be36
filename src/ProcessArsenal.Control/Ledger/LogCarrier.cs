using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>Carries the write-ahead log over into the database, by a thread and a connection of its own: whoever writes goes on meanwhile
/// (PASSIVE, https://www.sqlite.org/c3ref/wal_checkpoint_v2.html). Used by one thread.</summary>
internal sealed class LogCarrier(string path, long maxBytes)
{
    /// <summary>What was written during one turn is little, and carried over in the next.</summary>
    private const int MostTurns = 4;

    private Thread? _thread;
    private volatile bool _leavesTheRest;

    public bool IsBusy => _thread is { IsAlive: true };

    public void Begin()
    {
        _leavesTheRest = true;
        _thread = new Thread(Carry) { IsBackground = true, Name = "ledger log" };
        _thread.Start();
    }

    /// <summary>Once after one that did not come to an end, as somebody wrote all the time: the rest is left to him. Only once nothing is left the log begins anew.</summary>
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
            for (int turn = 0; turn < MostTurns && _leavesTheRest; turn++)
                if (LedgerDatabase.CarryOver(connection)) _leavesTheRest = false;
        }
#pragma warning disable CA1031 // Whatever it is.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Another time: what is in the log is in the ledger.
        }
    }
}
