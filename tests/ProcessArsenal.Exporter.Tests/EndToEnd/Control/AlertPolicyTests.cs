using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>From a delivery of Alertmanager to an action, and to its verification.</summary>
public sealed class AlertPolicyTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("alert-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_two_replicas_deliver_restarts_the_process_that_it_names_once_and_is_cured_when_it_is_resolved()
    {
        await using Supervised shop = await Supervised.Start(Shop());
        string first = await shop.Runs("orders"), began = Time();
        Assert.Equal("no_policy", await Deliver(shop, Alert("Other", first, began)));
        Assert.Equal("accepted", await Deliver(shop, Alert("Leak", first, began)));
        Assert.Equal("duplicate", await Deliver(shop, Alert("Leak", first, began)));
        string second = await shop.Runs("orders", first);

        // An exporter that ends in the middle goes on where it was.
        await shop.Exporter.Kill();
        await shop.Again();
        Assert.Equal("duplicate", await Deliver(shop, Alert("Leak", first, began)));
        Assert.Equal("duplicate", await Deliver(shop, Alert("Leak", first, began)));
        Assert.Equal("accepted", await Deliver(shop, Alert("Leak", first, began, ends: Time())));
        JsonElement policy = default;
        await Eventually.True("it is cured", async () => (policy = await shop.Client.Get("/api/v1/policies/leak")).GetProperty("cured").GetInt32() == 1, () => $"{policy}\n{shop.Exporter.Log}");

        JsonElement[] actions = [.. (await shop.Client.Get("/api/v1/actions?policy=leak")).GetProperty("actions").EnumerateArray()];
        JsonElement restart = Assert.Single(actions, static one => Supervised.Text(one, "action") == "restart");
        Assert.Contains(Supervised.Text(restart, "outcome"), (string[])["succeeded", "interrupted"]); // By when the exporter was killed.
        Assert.Equal(("alert", "policy:leak"), (Supervised.Text(restart, "trigger"), Supervised.Text(restart, "caller")));
        Assert.Equal(second, await shop.Runs("orders"));
    }

    /// <returns>The verdict.</returns>
    private static async Task<string?> Deliver(Supervised shop, string alert)
    {
        Answer answer = await shop.Ask("/api/v1/alerts", $$"""{"version":"4","groupKey":"g","truncatedAlerts":0,"alerts":[{{alert}}]}""", token: shop.Client.Responder);
        Assert.True(answer.Status == 202, $"{answer.Status} {answer.Body}\n{shop.Exporter.Log}");
        return Supervised.Text(JsonDocument.Parse(answer.Body).RootElement.GetProperty("alerts")[0], "verdict");
    }

    private static string Alert(string name, string identity, string began, string? ends = null) =>
        $$"""{"status":"{{(ends is null ? "firing" : "resolved")}}","labels":{"alertname":"{{name}}","instance":"localhost:9464","identity":"{{identity}}"},"annotations":{},"startsAt":"{{began}}","endsAt":"{{ends ?? "0001-01-01T00:00:00Z"}}"}""";

    private static string Time() => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private string Shop()
    {
        string program = Path.Join(_directory, "orders");
        using (var copy = System.Diagnostics.Process.Start("/bin/cp", ["/bin/sh", program])) copy.WaitForExit();
        return $$"""
            supervisors:
              - { name: shop, children: [ { name: orders, command: [{{program}}, -c, 'while :; do sleep 1; done'] } ] }
            policies:
              - name: leak
                mode: enforce
                alert: { alertname: Leak }
                target: exe = "{{program}}"
                steps: [ { restart: {} }, { verify: { within: 1m } } ]
                limits: { cooldown: 1s, min_uptime: 0s }

            """;
    }
}
