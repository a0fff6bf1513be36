using Microsoft.Data.Sqlite;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Alerting;

/// <summary>Incidents in the database, within one transaction.</summary>
internal sealed class IncidentRows : IDisposable
{
    private const string Columns = "id, fingerprint, verdict, starts, opened, seen, told, repeats, composition, composed, ended, ends, length(content)";

    /// <summary>Rows that go at once: more would keep a delivery waiting.</summary>
    private const int MostPruned = 500;

    private readonly SqliteConnection _connection;
    private SqliteCommand? _insert, _update;

    public IncidentRows(SqliteConnection connection) => _connection = connection;

    /// <returns>With its number.</returns>
    public Incident Insert(Incident incident, string content)
    {
        _insert ??= Command("""
            INSERT INTO incident (fingerprint, verdict, starts, opened, seen, told, repeats, composition, composed, ended, ends, content)
            VALUES ($fingerprint, $verdict, $starts, $opened, $seen, $told, $repeats, $composition, $composed, $ended, $ends, $content) RETURNING id
            """);
        Fill(_insert, incident, content);
        return incident with { Id = (long)_insert.ExecuteScalar()!, Bytes = content.Length };
    }

    /// <param name="content">Null: as it was.</param>
    public Incident Update(Incident incident, string? content)
    {
        _update ??= Command("""
            UPDATE incident SET verdict = $verdict, starts = $starts, seen = $seen, told = $told, repeats = $repeats, composition = $composition, composed = $composed,
              ended = $ended, ends = $ends, content = coalesce($content, content)
            WHERE id = $id AND fingerprint = $fingerprint AND opened = $opened
            """);
        Fill(_update, incident, content);
        if (_update.ExecuteNonQuery() != 1) throw LedgerException.Broken("the ledger", $"incident {incident.Name} is not there any more");
        return content is null ? incident : incident with { Bytes = content.Length };
    }

    /// <summary>Those that are open, and those that ended since a time.</summary>
    public static IEnumerable<Incident> Load(SqliteConnection connection, DateTimeOffset endedSince)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM incident WHERE ended IS NULL OR ended >= $since ORDER BY ended IS NULL, ended";
        command.Parameters.AddWithValue("$since", AuditRow.Micros(endedSince));
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read()) yield return Read(reader);
    }

    /// <summary>Takes away the oldest of those that have ended, some at a time.</summary>
    /// <param name="surplus">How many; 0: those that ended before a time.</param>
    /// <returns>How many went, and their bytes.</returns>
    public static (int Rows, long Bytes) Prune(SqliteConnection connection, long surplus, DateTimeOffset before)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            DELETE FROM incident WHERE id IN (SELECT id FROM incident WHERE ended IS NOT NULL AND ended < $before AND id NOT IN (SELECT incident FROM alert_event) ORDER BY ended, id LIMIT $limit)
            RETURNING length(content)
            """;
        command.Parameters.AddWithValue("$before", surplus > 0 ? long.MaxValue : AuditRow.Micros(before));
        command.Parameters.AddWithValue("$limit", surplus > 0 ? Math.Min(surplus, MostPruned) : MostPruned);
        return RemovedRows.Of(command);
    }

    private static Incident Read(SqliteDataReader reader) => new(reader.GetInt64(0), unchecked((ulong)reader.GetInt64(1)), AuditRow.Time(reader.GetInt64(4)))
    {
        Verdict = AlertNames.Verdict(reader.GetString(2)) ?? throw LedgerException.Broken("the ledger", $"incident {reader.GetInt64(0)} has an unknown verdict"),
        StartsAt = AuditRow.Time(reader.GetInt64(3)),
        Seen = AuditRow.Time(reader.GetInt64(5)),
        Told = Time(reader, 6),
        Repeats = reader.GetInt32(7),
        Composition = unchecked((ulong)reader.GetInt64(8)),
        Composed = AuditRow.Time(reader.GetInt64(9)),
        Ended = Time(reader, 10),
        EndsAt = Time(reader, 11),
        Bytes = reader.GetInt32(12),
    };

    private static DateTimeOffset? Time(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : AuditRow.Time(reader.GetInt64(column));

    private SqliteCommand Command(string sql)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (string name in (string[])["$id", "$fingerprint", "$verdict", "$starts", "$opened", "$seen", "$told", "$repeats", "$composition", "$composed", "$ended", "$ends", "$content"])
            if (sql.Contains(name, StringComparison.Ordinal)) command.Parameters.AddWithValue(name, DBNull.Value);
        return command;
    }

    private static void Fill(SqliteCommand command, Incident incident, string? content)
    {
        foreach (SqliteParameter parameter in command.Parameters)
        {
            parameter.Value = parameter.ParameterName switch
            {
                "$id" => incident.Id,
                "$fingerprint" => unchecked((long)incident.Fingerprint),
                "$verdict" => AlertNames.Of(incident.Verdict),
                "$starts" => AuditRow.Micros(incident.StartsAt),
                "$opened" => AuditRow.Micros(incident.Opened),
                "$seen" => AuditRow.Micros(incident.Seen),
                "$told" => Micros(incident.Told),
                "$repeats" => incident.Repeats,
                "$composition" => unchecked((long)incident.Composition),
                "$composed" => AuditRow.Micros(incident.Composed),
                "$ended" => Micros(incident.Ended),
                "$ends" => Micros(incident.EndsAt),
                _ => content ?? (object)DBNull.Value,
            };
        }
    }

    private static object Micros(DateTimeOffset? time) => time is { } some ? AuditRow.Micros(some) : DBNull.Value;

    public void Dispose()
    {
        _insert?.Dispose();
        _update?.Dispose();
    }
}
