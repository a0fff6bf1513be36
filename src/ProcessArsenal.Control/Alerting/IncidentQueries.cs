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

    /// <summary>Those of these names that are kept still.</summary>
    /// <exception cref="LedgerException">They can't be read.</exception>
    public static IReadOnlyList<IncidentRecord> Find(LedgerReader reader, IEnumerable<string> names)
    {
        List<IncidentRecord> found = [];
        foreach (string name in names.Distinct().Take(MostAtOnce))
            if (IdOf(name) is { } id) found.AddRange(reader.Read(connection => List(connection, "id = $id", command => command.Parameters.AddWithValue("$id", id), 1)).Where(incident => incident.Name == name));
        return found;
    }

    /// <summary>Those of alerts with a name, the latest first.</summary>
    /// <exception cref="LedgerException">They can't be read.</exception>
    public static IReadOnlyList<IncidentRecord> OfAlert(LedgerReader reader, string alertname, int limit) =>
        reader.Read(connection => List(connection, "content ->> '$.labels.alertname' = $alertname", command => command.Parameters.AddWithValue("$alertname", alertname), limit));

    /// <summary>Those that a delivery told of, in its order, as far as they are kept still, and were listed with it.</summary>
    /// <returns>Null: there is no such delivery, or it is not kept any more.</returns>
    /// <exception cref="LedgerException">It can't be read.</exception>
    public static DeliveryRecord? Delivery(LedgerReader reader, long id)
    {
        (long Received, string Content)? row = reader.Read(connection => DeliveryRows.Find(connection, id));
        if (row is not var (received, text)) return null;
        DeliveryContent content = LedgerJson.Read(text, LedgerJson.Default.DeliveryContent, id);
        string[] names = [.. content.First.Select(static line => line.Split(' ')).Where(static parts => parts.Length == 4).Select(static parts => parts[3]).Distinct()];
        return new DeliveryRecord(id, AuditRow.Time(received), content.Alerts, content.Verdicts, Find(reader, names));
    }

    private static long? IdOf(string name) => name.LastIndexOf('-') is > 0 and var at && long.TryParse(name.AsSpan(at + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long id) ? id : null;

    private static List<IncidentRecord> List(SqliteConnection connection, long? after, int limit, bool? isOpen) => List(
        connection, $"id < $after {(isOpen is not { } open ? "" : open ? "AND ended IS NULL" : "AND ended IS NOT NULL")}", command => command.Parameters.AddWithValue("$after", after ?? long.MaxValue), limit);

    /// <param name="where">SQL of ours.</param>
    private static List<IncidentRecord> List(SqliteConnection connection, string where, Action<SqliteCommand> fill, int limit)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT id, fingerprint, verdict, starts, opened, seen, told, repeats, ended, content FROM incident
            WHERE {where} ORDER BY id DESC LIMIT $limit
            """;
        fill(command);
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
