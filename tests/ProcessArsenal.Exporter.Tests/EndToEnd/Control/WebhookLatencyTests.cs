using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>How soon a signal is there after an alert was delivered of which a policy says so: the delivery, what the policy remembers and the intent are on the disk by then. By the clock of both. More than twenty
/// things that begin within a minute are a storm, so that a benchmark takes an exporter of its own for each nineteen (`make bench-webhook-signal`).</summary>
[Collection(EndToEndTests.Name)]
public sealed class WebhookLatencyTests(ITestOutputHelper output)
{
    private const int MostOfOne = 19;

    private static readonly bool IsBenchmark = Environment.GetEnvironmentVariable("WEBHOOK_ROUNDS") is not null;
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("WEBHOOK_ROUNDS") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_signal_is_there_in_time()
    {
        var took = new List<double>();
        for (int round = 0; round < Rounds; round++) took.AddRange(await Round(IsBenchmark ? MostOfOne : 5));
        took.Sort();
        double p99 = took[(int)(took.Count * 0.99)];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{took.Count} alerts: signal after {took[took.Count / 2]:0.00} ms (median), {p99:0.00} ms (p99), {took[^1]:0.00} ms at most"));
        Assert.InRange(p99, 0, IsBenchmark ? 20 : 1000);
    }

    /// <returns>Milliseconds, of all but the first: what that runs was not run before.</returns>
    private static async Task<List<double>> Round(int alerts)
    {
        using Scratch scratch = new();
        string program = scratch.CopyProgram(Repository.Workload, "hears");
        using var target = new Target(program);
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, $$"""
            dotnet: { attach: none }
            sampling: { interval: 1s }
            policies:
              - name: tell
                mode: enforce
                alert: { alertname: Trouble }
                target: exe = "{{program}}"
                steps: [ { signal: { signal: USR1 } } ]
                limits: { cooldown: 1s, min_uptime: 0s, min_healthy: 0, latch_after: 0, max_actions_per_hour: 100 }

            """);
        using var client = new ControlClient(exporter);
        await Eventually.True("it is seen", async () => Text(await client.Get($"/api/v1/processes/{target.Pid}"), "exe") == program, () => exporter.Log);
        double perNanosecond = 1e9 / TimeProvider.System.TimestampFrequency; // CLOCK_MONOTONIC, as the target's.
        var sent = new List<long>();
        for (int i = 0; i < alerts; i++)
        {
            string began = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            string body = $$"""{"version":"4","groupKey":"g","truncatedAlerts":0,"alerts":[{"status":"firing","labels":{"alertname":"Trouble","instance":"localhost:9464","number":"{{i}}"},"annotations":{},"startsAt":"{{began}}","endsAt":"0001-01-01T00:00:00Z"}]}""";
            sent.Add((long)(TimeProvider.System.GetTimestamp() * perNanosecond));
            Answer answer = await client.Ask(HttpMethod.Post, "/api/v1/alerts", client.Responder, request => request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
            Assert.True(answer.Status == 202, $"{answer.Status} {answer.Body}\n{exporter.Log}");
            await target.Hears();
            // It lets the target be for a second after each.
            await Eventually.True("it may act again", async () => await IsFree(client), () => exporter.Log);
        }
        return [.. target.Heard.Zip(sent, static (heard, sent) => (long.Parse(heard, CultureInfo.InvariantCulture) - sent) / 1e6).Skip(1)];
    }

    private static async Task<bool> IsFree(ControlClient client)
    {
        Answer answer = await client.Ask(HttpMethod.Post, "/api/v1/explain", client.Admin, static request => request.Content = new StringContent("""{"labels":{"alertname":"Trouble","instance":"localhost:9464","number":"next"}}""", System.Text.Encoding.UTF8, "application/json"));
        JsonElement policy = JsonDocument.Parse(answer.Body).RootElement.GetProperty("alerts")[0].GetProperty("policies")[0];
        return policy.GetProperty("limits").GetArrayLength() == 0 && policy.GetProperty("targets").EnumerateArray().Any(static target => Text(target, "let_be") is null);
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
