using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessArsenal.Control.Alerting;

namespace ProcessArsenal.Exporter.Api;

/// <summary>An object in a body: labels of an alert, or a whole message of Alertmanager.</summary>
/// <param name="read">Null if it is not what is expected.</param>
/// <param name="expected">To follow "must be".</param>
internal sealed class ApiObject<T>(string name, string help, string expected, Func<JsonElement, T?> read) : ApiParameter(name, help)
    where T : class
{
    public override object Read(string text) => throw Wrong();

    public override object Read(JsonElement value) => (value.ValueKind == JsonValueKind.Object ? read(value) : null) ?? throw Wrong();

    private ProblemException Wrong() => new(Problem.InvalidParameter(Name, $"{Name} must be {expected}."));
}

/// <summary>An alert of a message that is asked about.</summary>
/// <param name="IsResolved">By its own status.</param>
/// <param name="StartsAt">Null: it does not say.</param>
internal sealed record AskedAlert(IReadOnlyDictionary<string, string> Labels, bool IsResolved, DateTimeOffset? StartsAt)
{
    /// <summary>Why no policy acts on it as it is, if it is delivered now and was not before; null: that is up to them.</summary>
    public string? WhyNothing(AlertOptions options, DateTimeOffset now)
    {
        if (IsResolved) return "it is resolved: policies are told that it is over, and begin nothing";
        if (options.Host.WhyNot(Labels, isLocal: true) is { } why) return $"it is not for this host: {why}";
        return now - StartsAt > options.StaleAfter
            ? FormattableString.Invariant($"it began at {StartsAt!.Value.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z, more than {options.StaleAfter.TotalSeconds:0} s ago (alertmanager.stale_after)")
            : null;
    }
}

/// <summary>What <c>explain</c> is asked about. Labels are compared, and never anything else.</summary>
internal static class ExplainBody
{
    /// <summary>Alerts of one message, and labels of one alert.</summary>
    public const int MostAlerts = 50, MostLabels = 64;

    public static readonly ApiObject<IReadOnlyDictionary<string, string>> Labels = new("labels", "Labels of an alert, as it would be delivered.", "an object of texts such as {\"alertname\": \"ProcessMemoryGrowing\"}", LabelsOf)
    {
        Schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = Parameters.Text() },
    };

    public static readonly ApiObject<IReadOnlyList<AskedAlert>> Payload = new(
        "payload", "A message of Alertmanager (version 4), whose alerts are looked at one by one.", $"a message of Alertmanager with 1 to {MostAlerts} alerts, each with its labels", AlertsOf)
    {
        Schema = new JsonObject { ["type"] = "object" },
    };

    private static Dictionary<string, string>? LabelsOf(JsonElement value)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty label in value.EnumerateObject())
        {
            if (label.Value.ValueKind != JsonValueKind.String || labels.Count >= MostLabels) return null;
            labels[label.Name] = label.Value.GetString()!;
        }
        return labels;
    }

    private static List<AskedAlert>? AlertsOf(JsonElement value)
    {
        if (!value.TryGetProperty("alerts", out JsonElement alerts) || alerts.ValueKind != JsonValueKind.Array || alerts.GetArrayLength() is 0 or > MostAlerts) return null;
        var found = new List<AskedAlert>();
        foreach (JsonElement alert in alerts.EnumerateArray())
        {
            if (alert.ValueKind != JsonValueKind.Object || !alert.TryGetProperty("labels", out JsonElement labels) || labels.ValueKind != JsonValueKind.Object || LabelsOf(labels) is not { } read) return null;
            bool isResolved = alert.TryGetProperty("status", out JsonElement status) && status.ValueKind == JsonValueKind.String && status.ValueEquals("resolved");
            found.Add(new AskedAlert(read, isResolved, alert.TryGetProperty("startsAt", out JsonElement starts) && starts.ValueKind == JsonValueKind.String && starts.TryGetDateTimeOffset(out DateTimeOffset at) ? at : null));
        }
        return found;
    }
}
