using System.Globalization;
using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>What the database looks like. Its version is in the file (user_version); each start brings an older one up to ours, step by step.</summary>
internal static class LedgerSchema
{
    /// <summary>"PAL1": tells our databases from others (https://www.sqlite.org/pragma.html#pragma_application_id).</summary>
    public const int ApplicationId = 0x50414C31;

    /// <summary>The step at index n leads from version n to n + 1. A step that was released is never changed; a new one is added.</summary>
    public static readonly string[] Steps =
    [
        """
        CREATE TABLE audit (
          sequence INTEGER PRIMARY KEY,
          recorded INTEGER NOT NULL,
          kind TEXT NOT NULL,
          action INTEGER,
          subject TEXT,
          content TEXT NOT NULL,
          hash BLOB NOT NULL
        ) STRICT;
        CREATE INDEX audit_intent ON audit (subject) WHERE kind = 'intent';
        CREATE UNIQUE INDEX audit_outcome ON audit (action) WHERE kind = 'outcome';
        CREATE INDEX audit_state ON audit (subject) WHERE kind = 'state';
        """,
        """
        CREATE TABLE delivery (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          received INTEGER NOT NULL,
          content TEXT NOT NULL,
          hash BLOB NOT NULL
        ) STRICT;
        CREATE TABLE incident (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          fingerprint INTEGER NOT NULL,
          verdict TEXT NOT NULL,
          starts INTEGER NOT NULL,
          opened INTEGER NOT NULL,
          seen INTEGER NOT NULL,
          told INTEGER,
          repeats INTEGER NOT NULL,
          composition INTEGER NOT NULL,
          composed INTEGER NOT NULL,
          ended INTEGER,
          ends INTEGER,
          content TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX incident_open ON incident (fingerprint) WHERE ended IS NULL;
        CREATE INDEX incident_ended ON incident (ended) WHERE ended IS NOT NULL;
        CREATE TABLE alert_event (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          incident INTEGER NOT NULL,
          kind TEXT NOT NULL,
          delivery INTEGER NOT NULL,
          received INTEGER NOT NULL,
          instances INTEGER NOT NULL
        ) STRICT;
        """,
    ];

    /// <summary>Brings it up to our version. To be called in a transaction.</summary>
    /// <returns>The version that it had; 0 if it was empty.</returns>
    /// <exception cref="LedgerException">It is none of ours, or a later one.</exception>
    public static int Migrate(SqliteConnection connection, string path, string[] steps)
    {
        int version = Version(connection, path, steps);
        for (int step = version; step < steps.Length; step++) LedgerDatabase.Execute(connection, steps[step]);
        if (version < steps.Length)
        {
            LedgerDatabase.Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}"));
            LedgerDatabase.Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {steps.Length}"));
        }
        Compare(connection, path, steps);
        return version;
    }

    /// <exception cref="LedgerException">It is none of ours, or of another version.</exception>
    public static void Check(SqliteConnection connection, string path)
    {
        int version = Version(connection, path, Steps);
        if (version == 0) throw new LedgerException(LedgerFault.Missing, $"{path} is empty: nothing was recorded yet.");
        Compare(connection, path, Steps[..version]);
    }

    private static int Version(SqliteConnection connection, string path, string[] steps)
    {
        long version = LedgerDatabase.Number(connection, "PRAGMA user_version"), application = LedgerDatabase.Number(connection, "PRAGMA application_id");
        bool isEmpty = LedgerDatabase.Number(connection, "SELECT count(*) FROM sqlite_schema") == 0;
        if (isEmpty && version == 0) return 0;
        if (application != ApplicationId || isEmpty || version <= 0) throw LedgerException.Broken(path, "it is no ledger of ours");
        if (version > steps.Length) throw new LedgerException(LedgerFault.Newer, $"{path} was written by a later version of this program (schema {version}): use that one.");
        return (int)version;
    }

    /// <summary>A trigger or view that somebody put there would run as we write: nothing but ours may be there.</summary>
    private static void Compare(SqliteConnection connection, string path, string[] steps)
    {
        using var ours = new SqliteConnection("Data Source=:memory:;Pooling=False");
        ours.Open();
        foreach (string step in steps) LedgerDatabase.Execute(ours, step);
        const string All = "SELECT group_concat(type || ' ' || name || ' ' || coalesce(sql, ''), char(10)) FROM (SELECT * FROM sqlite_schema ORDER BY name)";
        if (LedgerDatabase.Text(connection, All) != LedgerDatabase.Text(ours, All)) throw LedgerException.Broken(path, "its tables are not those that we made");
    }
}
