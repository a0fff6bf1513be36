using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>Reads a ledger, whether or not an exporter has it: for lists, for the command line, and for a copy on a medium that can't be written to.</summary>
public sealed class LedgerReader : IDisposable
{
    /// <summary>How many actions a page may have.</summary>
    public const int MostAtOnce = 1000;

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly SqliteConnection _connection;

    private LedgerReader(string path, SqliteConnection connection) => (_path, _connection) = (path, connection);

    /// <summary>Of the database.</summary>
    public string Path => _path;

    /// <exception cref="LedgerException">There is none, or it can't be read.</exception>
    public static LedgerReader Open(string stateDirectory)
    {
        string path = LedgerDirectory.Database(stateDirectory);
        return new LedgerReader(path, LedgerDatabase.OpenToRead(path));
    }

    /// <summary>Actions, newest first.</summary>
    /// <param name="after">What the page before named as <see cref="ActionPage.Next"/>; null: from the newest on.</param>
    /// <param name="limit">1 to <see cref="MostAtOnce"/>.</param>
    /// <exception cref="LedgerException">They can't be read.</exception>
    public ActionPage List(long? after, int limit, ActionFilter? filter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MostAtOnce);
        List<ActionRecord> found = Read(connection => ActionQueries.List(connection, after, limit + 1, filter ?? new ActionFilter()));
        if (found.Count <= limit) return new ActionPage(found, null);
        found.RemoveAt(limit);
        return new ActionPage(found, found[^1].Id);
    }

    /// <returns>Null if there is none, or not any more.</returns>
    /// <exception cref="LedgerException">It can't be read.</exception>
    public ActionRecord? Find(long id) => Read(connection => ActionQueries.Find(connection, id));

    /// <summary>Those without an outcome, oldest first: of an exporter that runs, what it is about to do.</summary>
    /// <exception cref="LedgerException">They can't be read.</exception>
    public IReadOnlyList<ActionRecord> Open() => Read(ActionQueries.Open);

    /// <summary>Checks every row, as they are at one moment. Takes a second for some 100,000 rows, and does not keep anybody waiting.</summary>
    /// <param name="head">A head that was kept elsewhere; null: whatever the end is, it is taken for it.</param>
    /// <exception cref="LedgerException">It can't be read now.</exception>
    /// <exception cref="OperationCanceledException"/>
    public AuditVerdict Verify(LedgerHead? head, CancellationToken cancellation = default)
    {
        SqliteConnection own;
        try
        {
            own = LedgerDatabase.OpenToRead(_path);
        }
        catch (LedgerException e) when (e.Fault == LedgerFault.Damaged)
        {
            return new AuditVerdict(AuditFinding.Unreadable, null, 0, 0, null, e.Message);
        }
        using (own) return ChainVerifier.Verify(own, _path, head, cancellation);
    }

    /// <summary>The last row that the exporter noted beside the database; null if it did not.</summary>
    public LedgerHead? Noted => HeadFile.Read(_path);

    /// <exception cref="LedgerException">It can't be read.</exception>
    internal T Read<T>(Func<SqliteConnection, T> query)
    {
        lock (_lock)
        {
            try
            {
                return query(_connection);
            }
            catch (SqliteException e)
            {
                throw LedgerException.Of(e, _path);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock) _connection.Dispose();
    }
}
