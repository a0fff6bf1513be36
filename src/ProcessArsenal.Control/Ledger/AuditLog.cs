using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>The audit table, to be written to: by one thread, in transactions, each row chained to the one before.</summary>
internal sealed class AuditLog : IDisposable
{
    // What the log grows by, besides the contents: for each transaction some whole pages of the table and its indexes, and for each row its other columns.
    private const int BytesOfCommit = 4 * LedgerDatabase.PageBytes, BytesOfRow = 1024;

    private readonly TimeProvider _time;
    private readonly SqliteCommand _begin, _commit, _rollback, _insert;
    private readonly List<Action> _whenCommitted = [];
    private long _sequence;
    private byte[] _hash = AuditRow.NoHash;
    private long _bytesInLog;

    public AuditLog(SqliteConnection connection, TimeProvider time)
    {
        (Connection, _time) = (connection, time);
        _begin = Command("BEGIN IMMEDIATE");
        _commit = Command("COMMIT");
        _rollback = Command("ROLLBACK");
        _insert = Command("INSERT INTO audit (sequence, recorded, kind, action, subject, content, hash) VALUES ($sequence, $recorded, $kind, $action, $subject, $content, $hash)");
        foreach (string name in (string[])["$sequence", "$recorded", "$kind", "$action", "$subject", "$content", "$hash"]) _insert.Parameters.AddWithValue(name, DBNull.Value);
    }

    public SqliteConnection Connection { get; }

    /// <summary>The last row that is committed; sequence 0 if there is none.</summary>
    public LedgerHead Head { get; private set; } = new(0, Convert.ToHexStringLower(AuditRow.NoHash));

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Bytes in use by what is no row of the chain, and has bounds of its own.</summary>
    public long BytesBeside { get; set; }

    /// <summary>Finds where the chain goes on. To be called within <see cref="Transact"/>, before anything is added.</summary>
    /// <exception cref="SqliteException">It can't be read.</exception>
    /// <exception cref="LedgerException">Its last row is not what was written.</exception>
    public void Load(string path) => (_sequence, _hash) = AuditChain.Last(Connection, path);

    /// <summary>What is done as a whole or not at all. When it returns, it is on the disk.</summary>
    /// <exception cref="SqliteException">Nothing was done.</exception>
    public void Transact(Action<AuditLog> work)
    {
        (long sequence, byte[] hash) = (_sequence, _hash);
        _whenCommitted.Clear();
        _begin.ExecuteNonQuery();
        try
        {
            work(this);
            _commit.ExecuteNonQuery();
        }
        catch
        {
            (_sequence, _hash) = (sequence, hash);
            TryRollBack();
            throw;
        }
        if (_sequence != Head.Sequence)
        {
            Head = new LedgerHead(_sequence, Convert.ToHexStringLower(_hash));
            _bytesInLog += BytesOfCommit;
        }
        foreach (Action then in _whenCommitted) then();
    }

    /// <summary>Adds a row. To be called within <see cref="Transact"/>.</summary>
    /// <returns>Its sequence.</returns>
    public long Append(string kind, long? action, string? subject, string content, DateTimeOffset recorded)
    {
        long sequence = _sequence + 1;
        if (kind == AuditKind.Intent) action = sequence;
        byte[] hash = AuditRow.Of(sequence, recorded, kind, action, subject, content).Hash(_hash);
        _insert.Parameters[0].Value = sequence;
        _insert.Parameters[1].Value = AuditRow.Micros(recorded);
        _insert.Parameters[2].Value = kind;
        _insert.Parameters[3].Value = action ?? (object)DBNull.Value;
        _insert.Parameters[4].Value = subject ?? (object)DBNull.Value;
        _insert.Parameters[5].Value = content;
        _insert.Parameters[6].Value = hash;
        _insert.ExecuteNonQuery();
        (_sequence, _hash) = (sequence, hash);
        _bytesInLog += BytesOfRow + content.Length;
        return sequence;
    }

    /// <summary>What memory is to learn once the rows are on the disk, and not before.</summary>
    public void WhenCommitted(Action then) => _whenCommitted.Add(then);

    /// <summary>Something else than rows of the chain was written.</summary>
    /// <param name="pages">Pages of the database that it may have changed.</param>
    public void Note(int pages) => _bytesInLog += (long)pages * LedgerDatabase.PageBytes;

    /// <summary>Whether the write-ahead log has grown so far that it is to be carried over; says so once.</summary>
    public bool HasGrown()
    {
        if (_bytesInLog < LedgerDatabase.CarriedBytes) return false;
        _bytesInLog = 0;
        return true;
    }

    /// <summary>After an error SQLite may have rolled back by itself (https://www.sqlite.org/lang_transaction.html).</summary>
    private void TryRollBack()
    {
        try
        {
            _rollback.ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            // Nothing to roll back, or the connection is given up next.
        }
    }

    private SqliteCommand Command(string sql)
    {
        SqliteCommand command = Connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    public void Dispose()
    {
        foreach (SqliteCommand command in (SqliteCommand[])[_begin, _commit, _rollback, _insert]) command.Dispose();
        Connection.Dispose();
    }
}
