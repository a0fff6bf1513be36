using System.Text.Json.Serialization;

namespace ProcessArsenal.Control.Alerting;

/// <summary>What is read of a message of Alertmanager's webhook; whatever else it has is left alone.</summary>
internal sealed record MessageJson
{
    public string? Version { get; init; }
    public string? GroupKey { get; init; }
    public string? Receiver { get; init; }
    public long TruncatedAlerts { get; init; }
    public Dictionary<string, string?>? CommonLabels { get; init; }
    public List<AlertJson?>? Alerts { get; init; }
}

internal sealed record AlertJson
{
    public string? Status { get; init; }
    public Dictionary<string, string?>? Labels { get; init; }
    public Dictionary<string, string?>? Annotations { get; init; }
    public DateTimeOffset? StartsAt { get; init; }
    public DateTimeOffset? EndsAt { get; init; }
    public string? Fingerprint { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 16, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(MessageJson))]
internal sealed partial class AlertmanagerJson : JsonSerializerContext;
