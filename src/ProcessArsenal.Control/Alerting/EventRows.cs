using Microsoft.Data.Sqlite;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Alerting;

/// <summary>An event that nobody has taken yet.</summary>
/// <param name="Id">The order in which they happened.</param>
internal sealed record WaitingEvent(long Id, AlertEvent Event);

/// <summary>Events in the database: those that nobody has taken yet.</summary>
internal static class EventRows
{
    public static SqliteCommand Insertion(SqliteConnection connection)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT INTO alert_event (incident, kind, delivery, received, instances) VALUES ($incident, $kind, $delivery, $received, $instances) RETURNING id";
        foreach (string name in (string[])["$incident", "$kind", "$delivery", "$received", "$instances"]) command.Parameters.AddWithValue(name, DBNull.Value);
        return command;
    }

    /// <returns>Its number.</returns>
    public static long Insert(SqliteCommand insertion, long incident, AlertEventKind kind, long delivery, DateTimeOffset received, int instances)
    {
        insertion.Parameters[0].Value = incident;
        insertion.Parameters[1].Value = AlertNames.Of(kind);
        insertion.Parameters[2].Value = delivery;
        insertion.Parameters[3].Value = AuditRow.Micros(received);
        insertion.Parameters[4].Value = instances;
        return (long)insertion.ExecuteScalar()!;
    }

    /// <summary>The first that follow one.</summary>
    public static List<WaitingEvent> Load(SqliteConnection connection, long after, int limit)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT e.id, e.kind, e.delivery, e.received, e.instances, i.id, i.fingerprint, i.starts, i.content
            FROM alert_event e JOIN incident i ON i.id = e.incident WHERE e.id > $after ORDER BY e.id LIMIT $limit
            """;
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$limit", limit);
        using SqliteDataReader reader = command.ExecuteReader();
        var found = new List<WaitingEvent>();
        while (reader.Read())
        {
            long id = reader.GetInt64(0), incident = reader.GetInt64(5);
            ulong fingerprint = unchecked((ulong)reader.GetInt64(6));
            IncidentContent content = LedgerJson.Read(reader.GetString(8), LedgerJson.Default.IncidentContent, incident);
            AlertEventKind kind = AlertNames.Event(reader.GetString(1)) ?? throw LedgerException.Broken("the ledger", $"event {id} has an unknown kind");
            found.Add(new WaitingEvent(id, Of(kind, Incident.NameOf(fingerprint, incident), fingerprint, content.Labels, content.Annotations,
                AuditRow.Time(reader.GetInt64(7)), AuditRow.Time(reader.GetInt64(3)), reader.GetInt64(2), reader.GetInt32(4)) with
            {
                Number = id,
            }));
        }
        return found;
    }

    public static AlertEvent Of(
        AlertEventKind kind, string incident, ulong fingerprint, IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> annotations,
        DateTimeOffset starts, DateTimeOffset received, long delivery, int instances) =>
        new(kind, incident, AlertFingerprint.Text(fingerprint), labels, annotations, starts, received, FormattableString.Invariant($"{delivery}"), instances);

    /// <summary>They have been taken.</summary>
    public static int Remove(SqliteConnection connection, IReadOnlyList<long> ids)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "DELETE FROM alert_event WHERE id = $id";
        SqliteParameter parameter = command.Parameters.AddWithValue("$id", 0L);
        int removed = 0;
        foreach (long id in ids)
        {
            parameter.Value = id;
            removed += command.ExecuteNonQuery();
        }
        return removed;
    }
}
