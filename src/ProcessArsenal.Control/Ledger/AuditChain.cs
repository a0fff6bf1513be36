using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>Reads the rows of the chain as they are stored.</summary>
internal static class AuditChain
{
    // As BLOB: a text is cut at a NUL where it is read as one, and what is no UTF-8 is made into something else. Neither may hide.
    public const string Columns = "sequence, recorded, CAST(kind AS BLOB), action, CAST(subject AS BLOB), CAST(content AS BLOB), hash";

    /// <summary>Where the rows that are left follow on: the last that was taken away.</summary>
    /// <returns>Sequence 0 if none ever was.</returns>
    /// <exception cref="LedgerException">The checkpoint can't be read.</exception>
    public static (long Sequence, byte[] Hash) Base(SqliteConnection connection, string path)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT sequence, content FROM audit WHERE kind = 'checkpoint' ORDER BY sequence DESC LIMIT 1";
        using SqliteDataReader reader = command.ExecuteReader();
        if (!reader.Read()) return (0, AuditRow.NoHash);
        CheckpointContent content = LedgerJson.Read(reader.GetString(1), LedgerJson.Default.CheckpointContent, reader.GetInt64(0));
        if (content.Hash.Length != 2 * AuditRow.NoHash.Length || !content.Hash.All(char.IsAsciiHexDigit))
            throw LedgerException.Broken(path, $"row {reader.GetInt64(0)} has no hash");
        return (content.Through, Convert.FromHexString(content.Hash));
    }

    /// <summary>The last row, after a look at whether it is what its hash says.</summary>
    /// <returns>Sequence 0 if there is none.</returns>
    /// <exception cref="LedgerException">It is not.</exception>
    public static (long Sequence, byte[] Hash) Last(SqliteConnection connection, string path)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM audit ORDER BY sequence DESC LIMIT 2";
        using SqliteDataReader reader = command.ExecuteReader();
        if (!reader.Read()) return (0, AuditRow.NoHash);
        AuditRow last = Row(reader, out byte[] hash);
        (long sequence, byte[] before) = reader.Read() ? (Row(reader, out byte[] its).Sequence, its) : Base(connection, path);
        if (sequence != last.Sequence - 1 || !last.Hash(before).AsSpan().SequenceEqual(hash)) throw LedgerException.Broken(path, $"its last row ({last.Sequence}) was changed, or one before it taken away");
        return (last.Sequence, hash);
    }

    public static AuditRow Row(SqliteDataReader reader, out byte[] hash)
    {
        hash = Bytes(reader, 6) ?? [];
        return new AuditRow(reader.GetInt64(0), reader.GetInt64(1), Bytes(reader, 2) ?? [], reader.IsDBNull(3) ? null : reader.GetInt64(3), Bytes(reader, 4), Bytes(reader, 5) ?? []);
    }

    private static byte[]? Bytes(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);
}
