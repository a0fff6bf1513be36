using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Alerting;

/// <summary>What a DELETE that returns the length of each row took away.</summary>
internal static class RemovedRows
{
    public static (int Rows, long Bytes) Of(SqliteCommand delete)
    {
        using SqliteDataReader reader = delete.ExecuteReader();
        (int rows, long bytes) = (0, 0L);
        while (reader.Read())
        {
            rows++;
            bytes += reader.GetInt64(0);
        }
        return (rows, bytes);
    }
}
