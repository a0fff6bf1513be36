using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>Takes the oldest rows away, so that the ledger does not grow for ever. A checkpoint row says which was the last and its hash, so that the chain
/// can be checked from there on; what is still in force of those that go is written again before.</summary>
internal sealed class Retention(LedgerOptions options, string path)
{
    /// <summary>Rows that go at once: more would keep an intent waiting.</summary>
    public const int MostAtOnce = 1000;

    /// <summary>Rows that are always kept, however large they are.</summary>
    private const int Fewest = 100;

    private long? _first;

    /// <summary>Takes some away, if there are too many, or if they are too old or too large.</summary>
    /// <param name="oldestOpen">The oldest action without an outcome: it and all that follows stays. Null: none is open.</param>
    /// <returns>Whether any went.</returns>
    public bool Tidy(AuditLog log, PolicyState states, long? oldestOpen)
    {
        long first = _first ??= AuditChain.Base(log.Connection, path).Sequence + 1;
        long through = Math.Min(Through(log, first), Math.Min(first + MostAtOnce, oldestOpen ?? long.MaxValue) - 1);
        if (through < first) return false;
        log.Transact(log => Remove(log, through, states));
        _first = through + 1;
        return true;
    }

    /// <summary>The last row that is to go; one before the first if none is.</summary>
    private long Through(AuditLog log, long first)
    {
        long last = log.Head.Sequence, surplus = last - options.MaxRows;
        // Some more than one at a time, so that not every write has to remove something.
        if (surplus >= first - 1 + Math.Max(1, Math.Min(options.MaxRows / 20, MostAtOnce / 2))) return surplus;
        if (LedgerDatabase.BytesInUse(log.Connection) - log.BytesBeside > options.MaxBytes) return Math.Min(first + MostAtOnce / 2, last - Fewest);
        return TooOld(log, first) - 1;
    }

    /// <summary>The first row, of those that may go at once, that is young enough; by far most often that is the very first.</summary>
    private long TooOld(AuditLog log, long first)
    {
        using SqliteCommand command = log.Connection.CreateCommand();
        command.CommandText = "SELECT sequence FROM audit WHERE sequence >= $first AND sequence < $end AND recorded >= $young ORDER BY sequence LIMIT 1";
        command.Parameters.AddWithValue("$first", first);
        command.Parameters.AddWithValue("$end", Math.Min(first + MostAtOnce, log.Head.Sequence));
        command.Parameters.AddWithValue("$young", AuditRow.Micros(log.Now - options.MaxAge));
        return command.ExecuteScalar() as long? ?? Math.Min(first + MostAtOnce, log.Head.Sequence);
    }

    private static void Remove(AuditLog log, long through, PolicyState states)
    {
        foreach (StateEntry entry in states.UpTo(through)) StateRows.Write(log, states, entry.Key, entry.Value, entry.Changed, entry.Expires);
        using SqliteCommand command = log.Connection.CreateCommand();
        command.CommandText = "SELECT hash FROM audit WHERE sequence = $through";
        command.Parameters.AddWithValue("$through", through);
        if (command.ExecuteScalar() is not byte[] hash) throw LedgerException.Broken("the ledger", $"row {through} is missing");
        var content = new CheckpointContent(through, Convert.ToHexStringLower(hash));
        log.Append(AuditKind.Checkpoint, null, null, LedgerJson.Write(content, LedgerJson.Default.CheckpointContent), log.Now);
        command.CommandText = "DELETE FROM audit WHERE sequence <= $through";
        command.ExecuteNonQuery();
    }
}
