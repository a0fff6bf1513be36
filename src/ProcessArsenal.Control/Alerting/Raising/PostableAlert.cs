using System.Text.Json.Serialization;

namespace ProcessArsenal.Control.Alerting.Raising;

/// <summary>An alert as Alertmanager's API takes it: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml, postableAlert.</summary>
internal sealed record PostableAlert(IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations, DateTimeOffset StartsAt, DateTimeOffset EndsAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PostableAlert[]))]
internal sealed partial class PostableJson : JsonSerializerContext;
