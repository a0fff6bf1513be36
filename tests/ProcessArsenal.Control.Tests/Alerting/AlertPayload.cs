using System.Text;
using System.Text.Json.Nodes;
using ProcessArsenal.Control.Alerting;

namespace ProcessArsenal.Control.Tests.Alerting;

/// <summary>What Alertmanager 0.25 posts, as far as it matters.</summary>
internal static class AlertPayload
{
    public static JsonObject Alert(string name, DateTimeOffset starts, bool isFiring = true, DateTimeOffset? ends = null, string instance = "web-1:9464", string? fingerprint = null)
    {
        var labels = new JsonObject { ["alertname"] = name, ["instance"] = instance, ["group"] = "orders" };
        var texts = labels.ToDictionary(label => label.Key, label => label.Value!.GetValue<string>());
        return new JsonObject
        {
            ["status"] = isFiring ? "firing" : "resolved",
            ["labels"] = labels,
            ["annotations"] = new JsonObject { ["summary"] = $"{name} of orders" },
            ["startsAt"] = starts.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'"),
            ["endsAt"] = ends?.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'") ?? "0001-01-01T00:00:00Z",
            ["generatorURL"] = "http://prometheus:9090/graph?g0.expr=up",
            ["fingerprint"] = fingerprint ?? AlertFingerprint.Text(AlertFingerprint.Of(texts)),
        };
    }

    public static JsonObject Group(params JsonObject[] alerts) => new()
    {
        ["receiver"] = "arsenal",
        ["status"] = alerts.Any(alert => alert["status"]!.GetValue<string>() == "firing") ? "firing" : "resolved",
        ["alerts"] = new JsonArray([.. alerts]),
        ["groupLabels"] = new JsonObject(),
        ["commonLabels"] = new JsonObject(),
        ["commonAnnotations"] = new JsonObject(),
        ["externalURL"] = "http://alertmanager:9093",
        ["version"] = "4",
        ["groupKey"] = "{}:{}",
        ["truncatedAlerts"] = 0,
    };

    public static AlertmanagerMessage Parse(JsonNode message) => AlertmanagerMessage.Parse(Encoding.UTF8.GetBytes(message.ToJsonString()));

    public static AlertmanagerMessage Message(params JsonObject[] alerts) => Parse(Group(alerts));
}
