using System.Text;
using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>Actions, put together of the rows of their intents and outcomes.</summary>
internal static class ActionQueries
{
    private const string Actions = """
        SELECT i.sequence, i.recorded, i.content, o.recorded, o.content, o.sequence
        FROM audit i LEFT JOIN audit o ON o.kind = 'outcome' AND o.action = i.sequence
        WHERE i.kind = 'intent'
        """;

    /// <param name="after">Only those with a smaller id; null: from the newest on.</param>
    /// <param name="limit">At most so many.</param>
    public static List<ActionRecord> List(SqliteConnection connection, long? after, int limit, ActionFilter filter)
    {
        using SqliteCommand command = connection.CreateCommand();
        var sql = new StringBuilder(Actions);
        Where("i.sequence < ", "$after", after);
        Where("i.recorded >= ", "$since", filter.Since is { } since ? AuditRow.Micros(since) : null);
        Where("i.content ->> '$.intent.action' = ", "$action", filter.Action);
        Where("i.recorded < ", "$until", filter.Until is { } until ? AuditRow.Micros(until) : null);
        Where("i.content ->> '$.intent.trace_id' = ", "$trace", filter.TraceId);
        Where("i.content ->> '$.intent.trigger' = ", "$trigger", filter.Trigger);
        Where("i.content ->> '$.intent.policy' = ", "$policy", filter.Policy);
        Where("i.content ->> '$.intent.caller' = ", "$caller", filter.Caller);
        Where("o.content ->> '$.kind' = ", "$outcome", filter.Outcome is { } kind ? Name(kind) : null);
        if (filter.Target is { } target) sql.Append(" AND ").Append(TargetCondition.Of(command, target));
        if (filter.Incidents is { } incidents) sql.Append(" AND ").Append(IncidentCondition(command, incidents));
        if (filter.Open) sql.Append(" AND o.sequence IS NULL");
        sql.Append(" ORDER BY i.sequence DESC LIMIT $limit");
        command.Parameters.AddWithValue("$limit", limit);
        command.CommandText = sql.ToString();
        return Read(command);

        void Where(string condition, string name, object? value)
        {
            if (value is null) return;
            sql.Append(" AND ").Append(condition).Append(name);
            command.Parameters.AddWithValue(name, value);
        }
    }

    /// <summary>In its details; of older rows, in the words of its reason.</summary>
    private static string IncidentCondition(SqliteCommand command, IReadOnlyCollection<string> incidents)
    {
        string[] names = [.. incidents.Select((incident, i) =>
        {
            string name = FormattableString.Invariant($"$incident{i}");
            command.Parameters.AddWithValue(name, incident);
            return name;
        })];
        if (names.Length == 0) return "0";
        string any = string.Join(", ", names);
        return $"(i.content ->> '$.intent.details.incident' IN ({any}) OR substr(i.content ->> '$.intent.reason', instr(i.content ->> '$.intent.reason', 'alert ') + 6) IN ({any}))";
    }

    public static ActionRecord? Find(SqliteConnection connection, long id) => One(connection, " AND i.sequence = $value", id).FirstOrDefault();

    /// <summary>Those recorded under an idempotency key, in their order; none if it was never used.</summary>
    public static List<ActionRecord> ByKey(SqliteConnection connection, string subject) => One(connection, " AND i.subject = $value ORDER BY i.sequence", subject);

    /// <summary>SHA-256 of the request that had an idempotency key; null if it was never used.</summary>
    public static string? RequestOf(SqliteConnection connection, string subject)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT content ->> '$.request' FROM audit WHERE kind = 'intent' AND subject = $subject LIMIT 1";
        command.Parameters.AddWithValue("$subject", subject);
        return command.ExecuteScalar() as string;
    }

    /// <summary>Those without an outcome, oldest first.</summary>
    public static List<ActionRecord> Open(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = Actions + " AND o.sequence IS NULL ORDER BY i.sequence";
        return Read(command);
    }

    /// <summary>The newest row of each state; of those removed too.</summary>
    public static List<StateEntry> States(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT sequence, subject, content FROM audit
            WHERE sequence IN (SELECT max(sequence) FROM audit WHERE kind = 'state' GROUP BY subject)
            """;
        using SqliteDataReader reader = command.ExecuteReader();
        var found = new List<StateEntry>();
        while (reader.Read())
        {
            long sequence = reader.GetInt64(0);
            StateContent content = LedgerJson.Read(reader.GetString(2), LedgerJson.Default.StateContent, sequence);
            if (reader.IsDBNull(1)) throw LedgerException.Broken("the ledger", $"row {sequence} has no key");
            if (content.Value is not null) found.Add(new StateEntry(reader.GetString(1), content.Value, content.Changed, content.Expires, sequence));
        }
        return found;
    }

    private static List<ActionRecord> One(SqliteConnection connection, string condition, object value)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = Actions + condition;
        command.Parameters.AddWithValue("$value", value);
        return Read(command);
    }

    private static List<ActionRecord> Read(SqliteCommand command)
    {
        using SqliteDataReader reader = command.ExecuteReader();
        var found = new List<ActionRecord>();
        while (reader.Read())
        {
            long id = reader.GetInt64(0);
            IntentContent content = LedgerJson.Read(reader.GetString(2), LedgerJson.Default.IntentContent, id);
            bool isClosed = !reader.IsDBNull(3);
            found.Add(new ActionRecord(id, AuditRow.Time(reader.GetInt64(1)), content.Intent, content.IdempotencyKey,
                isClosed ? LedgerJson.Read(reader.GetString(4), LedgerJson.Default.Outcome, reader.GetInt64(5)) : null,
                isClosed ? AuditRow.Time(reader.GetInt64(3)) : null));
        }
        return found;
    }

    /// <summary>As it is written in the ledger.</summary>
    private static string Name(OutcomeKind kind) => System.Text.Json.JsonSerializer.SerializeToElement(kind, LedgerJson.Default.OutcomeKind).GetString()!;
}
