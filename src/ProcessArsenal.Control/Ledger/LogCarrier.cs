using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>Carries the write-ahead log over into the database, by a thread and a connection of its own: whoever writes goes on meanwhile
/// (PASSIVE, https://www.sqlite.org/c3ref/wal_checkpoint_v2.html). Used by one thread.</summary>
internal sealed class LogCarrier(string path, long maxBytes)
{
    private Thread? _thread;
    private bool _hasBegun;

    public bool IsBusy => _thread is { IsAlive: true };

    public void Begin()
    {
        _hasBegun = true;
        _thread = new Thread(Carry) { IsBackground = true, Name = "ledger log" };
        _thread.Start();
    }

    /// <summary>Once after it: what was written meanwhile is left to whoever writes. It is little, and only once nothing is left the log begins anew.</summary>
    public bool LeavesTheRest()
    {
        bool leaves = _hasBegun && !IsBusy;
        if (leaves) _hasBegun = false;
        return leaves;
    }

    /// <summary>Waits for it to be done.</summary>
    public void Join(TimeSpan patience) => _thread?.Join(patience);

    private void Carry()
    {
        try
        {
            using SqliteConnection connection = LedgerDatabase.OpenToWrite(path, maxBytes);
            LedgerDatabase.CarryOver(connection);
        }
#pragma warning disable CA1031 // Whatever it is.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Another time: what is in the log is in the ledger.
        }
    }
}
