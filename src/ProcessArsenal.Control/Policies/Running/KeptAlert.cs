using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProcessArsenal.Control.Policies.Running;

/// <summary>An alert that a step has raised, as it is kept in the ledger's state: the next run of ours keeps it up, and knows when it is over.</summary>
/// <param name="Run">Of the policy, that raised it last.</param>
/// <param name="Key">Whom it is about, whichever process that has.</param>
/// <param name="Incident">Of the alert that set the run off; null: a condition did.</param>
/// <param name="Until">When it is over anyway.</param>
internal sealed record KeptAlert(
    string Policy, string Run, string Key, string Target, string? Incident, string TraceId, DateTimeOffset Began, DateTimeOffset Until, Dictionary<string, string> Labels, Dictionary<string, string> Annotations)
{
    public const string Prefix = "raised/";

    /// <summary>The run has ended something, and nothing has told whether that has helped: it is kept up until its time is over.</summary>
    public bool Stays { get; init; }

    /// <returns>With its summary alone, if all of its annotations would be too much; null if it is too much even then.</returns>
    public string? Write() => Fits(this) ?? Fits(this with { Annotations = Annotations.Where(static text => text.Key == "summary").ToDictionary() });

    private static string? Fits(KeptAlert alert) => JsonSerializer.Serialize(alert, KeptAlertJson.Default.KeptAlert) is { Length: <= Ledger.StateRows.MaxValueLength } text ? text : null;

    /// <returns>Null if it is not what we wrote.</returns>
    public static KeptAlert? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, KeptAlertJson.Default.KeptAlert);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(KeptAlert))]
internal sealed partial class KeptAlertJson : JsonSerializerContext;
