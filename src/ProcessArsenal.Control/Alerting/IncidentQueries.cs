using Microsoft.Data.Sqlite;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Alerting;

/// <summary>Asks the ledger for incidents, beside whoever writes.</summary>
public static class IncidentQueries
{
    /// <summary>How many a page may have.</summary>
    public const int MostAtOnce = 1000;

    /// <summary>Incidents, the latest first.</summary>
    /// <param name="after">What the page before named as <see cref="IncidentPage.Next"/>; null: from the latest on.</param>
    /// <param name="isOpen">Only those that are open, or only those that are over; null: all.</param>
    /// <exception cref="LedgerException">They can't be read.</exception>
    public static IncidentPage List(LedgerReader reader, long? after, int limit, bool? isOpen)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MostAtOnce);
        List<IncidentRecord> found = reader.Read(connection => List(connection, after, limit + 1, isOpen));
        if (found.Count <= limit) return new IncidentPage(found, null);
        found.RemoveAt(limit);
        return new IncidentPage(found, found[^1].Id);
    }

    private static List<IncidentRecord> List(SqliteConnection connection, long? after, int limit, bool? isOpen)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT id, fingerprint, verdict, starts, opened, seen, told, repeats, ended, content FROM incident
            WHERE id < $after {(isOpen is not { } open ? "" : open ? "AND ended IS NULL" : "AND ended IS NOT NULL")} ORDER BY id DESC LIMIT $limit
            """;
        command.Parameters.AddWithValue("$after", after ?? long.MaxValue);
        command.Parameters.AddWithValue("$limit", limit);
        using SqliteDataReader reader = command.ExecuteReader();
        var found = new List<IncidentRecord>();
        while (reader.Read())
        {
            long id = reader.GetInt64(0);
            ulong fingerprint = unchecked((ulong)reader.GetInt64(1));
            IncidentContent content = LedgerJson.Read(reader.GetString(9), LedgerJson.Default.IncidentContent, id);
            found.Add(new IncidentRecord(id, Incident.NameOf(fingerprint, id), AlertFingerprint.Text(fingerprint), AlertNames.Verdict(reader.GetString(2)) ?? AlertVerdict.NoPolicy,
                AuditRow.Time(reader.GetInt64(3)), AuditRow.Time(reader.GetInt64(4)), AuditRow.Time(reader.GetInt64(5)), Time(6), reader.GetInt32(7), Time(8), content.Labels, content.Annotations));
        }
        return found;

        DateTimeOffset? Time(int column) => reader.IsDBNull(column) ? null : AuditRow.Time(reader.GetInt64(column));
    }
}
