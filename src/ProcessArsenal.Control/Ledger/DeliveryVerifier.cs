using Microsoft.Data.Sqlite;
using ProcessArsenal.Control.Alerting;

namespace ProcessArsenal.Control.Ledger;

/// <summary>Checks deliveries of alerts against each other, and against the rows of the audit chain that vouch for them.</summary>
internal static class DeliveryVerifier
{
    /// <returns>Null: none that is kept was changed or taken out.</returns>
    /// <exception cref="LedgerException">A row that vouches can't be read.</exception>
    public static (AuditFinding Finding, string Text)? Verify(SqliteConnection connection, CancellationToken cancellation)
    {
        if (LedgerDatabase.Number(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'delivery'") == 0) return null; // Of an older version.
        Dictionary<long, string> vouched = Vouched(connection);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT id, received, CAST(content AS BLOB), hash FROM delivery ORDER BY id";
        using SqliteDataReader reader = command.ExecuteReader();
        (long last, byte[]? before) = (0, null);
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            long id = reader.GetInt64(0);
            byte[] hash = reader.GetFieldValue<byte[]>(3);
            if (before is not null && id != last + 1) return (AuditFinding.Missing, $"delivery {last + 1} of alerts is missing.");
            // What the first that is kept follows on is gone: for it the audit chain has to vouch.
            if (before is not null && !DeliveryRows.Hash(before, id, reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)).AsSpan().SequenceEqual(hash)) return Changed(id);
            if (vouched.GetValueOrDefault(id) is { } known && known != Convert.ToHexStringLower(hash)) return Changed(id);
            (last, before) = (id, hash);
        }
        long most = vouched.Keys.DefaultIfEmpty().Max();
        return before is not null && most > last ? (AuditFinding.Missing, $"delivery {last + 1} of alerts is missing, and so may be later ones.") : null;
    }

    private static (AuditFinding, string)? Changed(long id) => (AuditFinding.Changed, $"delivery {id} of alerts is not what was written, or the one before it is not.");

    private static Dictionary<long, string> Vouched(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT sequence, content FROM audit WHERE kind = '{AuditKind.Deliveries}' ORDER BY sequence";
        using SqliteDataReader reader = command.ExecuteReader();
        var vouched = new Dictionary<long, string>();
        while (reader.Read())
        {
            DeliveriesContent content = LedgerJson.Read(reader.GetString(1), LedgerJson.Default.DeliveriesContent, reader.GetInt64(0));
            vouched[content.Through] = content.Hash;
        }
        return vouched;
    }
}
