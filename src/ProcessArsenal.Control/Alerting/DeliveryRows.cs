using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Alerting;

/// <summary>Deliveries in the database. Each row is hashed with the one before; a row of the audit chain vouches for the last of them now and then
/// (<see cref="AuditKind.Deliveries"/>), so that a flood of deliveries can't push what was done out of the audit chain.</summary>
internal static class DeliveryRows
{
    private const int MostPruned = 500;

    private static readonly byte[] Version = "process-arsenal delivery 1\n"u8.ToArray();

    /// <returns>The hash of the last; that of nothing if there is none.</returns>
    public static (long Id, byte[] Hash) Last(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT id, hash FROM delivery ORDER BY id DESC LIMIT 1";
        using (SqliteDataReader reader = command.ExecuteReader())
            if (reader.Read()) return (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
        // All may have gone for their age: their numbers are not given again.
        return (LedgerDatabase.Number(connection, "SELECT seq FROM sqlite_sequence WHERE name = 'delivery'"), AuditRow.NoHash);
    }

    /// <returns>Null if there is none, or not any more.</returns>
    public static (long Received, string Content)? Find(SqliteConnection connection, long id)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT received, content FROM delivery WHERE id = $id";
        command.Parameters.AddWithValue("$id", id);
        using SqliteDataReader reader = command.ExecuteReader();
        return reader.Read() ? (reader.GetInt64(0), reader.GetString(1)) : null;
    }

    public static SqliteCommand Insertion(SqliteConnection connection)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT INTO delivery (id, received, content, hash) VALUES ($id, $received, $content, $hash)";
        foreach (string name in (string[])["$id", "$received", "$content", "$hash"]) command.Parameters.AddWithValue(name, DBNull.Value);
        return command;
    }

    /// <returns>Its hash.</returns>
    public static byte[] Insert(SqliteCommand insertion, long id, DateTimeOffset received, string content, byte[] before)
    {
        byte[] hash = Hash(before, id, AuditRow.Micros(received), Encoding.UTF8.GetBytes(content));
        insertion.Parameters[0].Value = id;
        insertion.Parameters[1].Value = AuditRow.Micros(received);
        insertion.Parameters[2].Value = content;
        insertion.Parameters[3].Value = hash;
        insertion.ExecuteNonQuery();
        return hash;
    }

    public static byte[] Hash(byte[] before, long id, long received, byte[] content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Version);
        hash.AppendData(before);
        Span<byte> numbers = stackalloc byte[2 * sizeof(long)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(numbers, id);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(numbers[sizeof(long)..], received);
        hash.AppendData(numbers);
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }

    /// <summary>Takes away the oldest, some at a time.</summary>
    /// <param name="isTooMuch">However young; else those that came before a time.</param>
    public static (int Rows, long Bytes) Prune(SqliteConnection connection, bool isTooMuch, DateTimeOffset before)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE received < $before AND id < (SELECT max(id) FROM delivery) ORDER BY id LIMIT $limit) RETURNING length(content)
            """;
        command.Parameters.AddWithValue("$before", isTooMuch ? long.MaxValue : AuditRow.Micros(before));
        command.Parameters.AddWithValue("$limit", MostPruned);
        return RemovedRows.Of(command);
    }
}
