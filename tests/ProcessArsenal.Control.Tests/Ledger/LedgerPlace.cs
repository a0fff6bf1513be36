using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Tests.Ledger;

/// <summary>A state directory with a ledger.</summary>
internal sealed class LedgerPlace : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public LedgerPlace() => State = Folder;

    private LedgerPlace(string state) => State = state;

    private string Folder { get; } = Directory.CreateTempSubdirectory("ledger-").FullName;

    public string State { get; }

    public FakeTimeProvider Time { get; } = new(Now);

    public string Database => Path.Join(State, "ledger", "ledger.db");

    /// <summary>One whose state directory is somewhere else.</summary>
    public static LedgerPlace At(string state) => new(state);

    /// <summary>A copy of what is on the disk; never of a ledger that this process has open, as closing a file drops its locks (fcntl(2)).</summary>
    public static LedgerPlace Copy(LedgerPlace of)
    {
        var copy = new LedgerPlace();
        Directory.CreateDirectory(Path.GetDirectoryName(copy.Database)!);
        foreach (string end in (string[])["", "-wal"])
            if (File.Exists(of.Database + end)) File.Copy(of.Database + end, copy.Database + end);
        return copy;
    }

    public ActionLedger Open(LedgerOptions? options = null) => ActionLedger.Open(State, options ?? new LedgerOptions(), Time);

    public LedgerFault FaultOfOpening() => Assert.Throws<LedgerException>(() => Open().Dispose()).Fault;

    public AuditVerdict Verify(LedgerHead? head = null)
    {
        using LedgerReader reader = LedgerReader.Open(State);
        return reader.Verify(head, TestContext.Current.CancellationToken);
    }

    /// <summary>What somebody else does to the database.</summary>
    public void Sql(string sql)
    {
        using SqliteConnection connection = Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public List<T> Sql<T>(string sql)
    {
        using SqliteConnection connection = Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        var found = new List<T>();
        while (reader.Read()) found.Add(reader.GetFieldValue<T>(0));
        return found;
    }

    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={Database};Pooling=False;Mode=ReadWrite;Default Timeout=10");
        connection.Open();
        return connection;
    }

    public static Intent Intent(string action = "kill", string target = "4711-1234-89abcdef", string? policy = null, string? caller = "admin") =>
        new(action, target, "api", Now, Now.AddMilliseconds(3)) { Policy = policy, Caller = caller };

    public static IntentBatch One(Intent? intent = null, string? key = null, string request = "kill 4711") => new([new IntentEntry(intent ?? Intent())])
    {
        Key = key is null ? null : new IdempotencyKey("admin", key, request),
    };

    public static Outcome Done(string? reason = null) => new(OutcomeKind.Succeeded, Now.AddSeconds(1)) { Reason = reason };

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
