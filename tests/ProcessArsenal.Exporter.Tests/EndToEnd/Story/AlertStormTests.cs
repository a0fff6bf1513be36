using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Control;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Story;

/// <summary>Alerts by the thousand that a policy acts on: 10,000 in a burst, then 200 deliveries a second for a minute (make alert-storm); a tenth of the one and
/// some seconds of the other in each run.</summary>
[Collection(EndToEndTests.Name)]
public sealed class AlertStormTests(ITestOutputHelper output) : IDisposable
{
    private const int PerDelivery = 100, PerSecond = 200, Budget = 3, MostRows = 20;

    private static readonly int Seconds = int.Parse(Environment.GetEnvironmentVariable("ALERT_STORM_SECONDS") ?? "3", CultureInfo.InvariantCulture);
    private static readonly int Burst = int.Parse(Environment.GetEnvironmentVariable("ALERT_STORM_BURST") ?? "1000", CultureInfo.InvariantCulture);

    /// <summary>What it may grow by, from the end of the burst to the end of the minute.</summary>
    private const long Flat = 24L * 1024 * 1024;

    private readonly string _directory = Directory.CreateTempSubdirectory("storm-").FullName;
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private int _recorded, _shed, _alerts;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Nothing_is_lost_nothing_grows_and_no_more_is_done_than_may_be()
    {
        await using Supervised shop = await Supervised.Start(Shop());
        string identity = await shop.Runs("orders");
        long before = Kernel.OwnBytes(shop.Exporter.Pid), began = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Burst / PerDelivery).Select(i => Deliver(shop, [.. Enumerable.Range(i * PerDelivery, PerDelivery).Select(j => Alert(identity, j))])));
        output.WriteLine(FormattableString.Invariant($"{Burst} alerts at once in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s: {_recorded} deliveries recorded, {_shed} told to come again"));
        Assert.True(_recorded > 0);
        long after = Kernel.OwnBytes(shop.Exporter.Pid);

        // The same again, others that are new, and some that are over.
        var under = new List<Task>();
        int sent = 0;
        await Eventually.Every(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(Seconds), () =>
        {
            for (int i = 0; i < PerSecond / 10; i++, sent++) under.Add(Deliver(shop, Alert(identity, sent % 3 == 0 ? Burst + sent : sent % Burst, isFiring: sent % 10 != 9)));
            return Task.CompletedTask;
        });
        await Task.WhenAll(under);
        long end = Kernel.OwnBytes(shop.Exporter.Pid);
        output.WriteLine(FormattableString.Invariant($"{sent} deliveries in {Seconds} s: in all {_recorded} recorded, {_shed} told to come again; memory {before >> 20}, {after >> 20}, {end >> 20} MiB before, after the burst, at the end"));
        Assert.InRange(end - after, long.MinValue, Flat);

        await IsAccountedFor(shop);
        await HasKeptToItsBudget(shop);
        Assert.Equal(System.Net.HttpStatusCode.OK, await shop.Exporter.Status("/readyz"));
    }

    private async Task IsAccountedFor(Supervised shop)
    {
        MetricsPage page = await shop.Exporter.Page();
        Assert.Equal(_recorded, page.Value("process_controller_alert_deliveries_total", "outcome=recorded"));
        Assert.Equal(_shed, page.Value("process_controller_alert_deliveries_total", "outcome=overloaded") ?? 0);
        Assert.Equal(_alerts, page.Value("process_controller_alerts_received_total"));
        double told = page.Value("process_controller_alert_incidents_open", "told=true") ?? -1;
        double accepted = page.Value("process_controller_alerts_received_total", "status=firing", "outcome=accepted") ?? 0;
        double resolved = page.Value("process_controller_alerts_received_total", "status=resolved", "outcome=accepted") ?? 0;
        output.WriteLine(FormattableString.Invariant($"{accepted} incidents began, {resolved} ended, {told} are open"));
        Assert.Equal(accepted - resolved, told);
        Command audit = await Command.Run(Repository.Program, ["audit", "verify", "--state-directory", shop.Exporter.State, "--config", "/dev/null"]);
        Assert.True(audit.ExitCode == 0, audit.Output + audit.Error);
        output.WriteLine(audit.Output);
    }

    private async Task HasKeptToItsBudget(Supervised shop)
    {
        JsonElement[] actions = [.. (await shop.Client.Get("/api/v1/actions?policy=leak&limit=500")).GetProperty("actions").EnumerateArray()];
        int restarts = actions.Count(static one => Supervised.Text(one, "action") == "restart" && Supervised.Text(one, "outcome") is "succeeded" or "failed");
        output.WriteLine($"{restarts} restarts, of {Budget} that are allowed within an hour; in the ledger: {string.Join(", ", actions.Select(static one => $"{Supervised.Text(one, "action")} {Supervised.Text(one, "outcome")}"))}");
        Assert.InRange(restarts, 0, Budget);
        Assert.InRange(actions.Length, 1, MostRows); // What was not done pushes nothing out that was.
        Assert.Contains(actions, static one => Supervised.Text(one, "action") == "storm"); // That it was one is said, too.
        Assert.Equal(0, (await shop.Child("orders")).GetProperty("restarts").GetInt32()); // Nobody else did it either.
    }

    private async Task Deliver(Supervised shop, params string[] alerts)
    {
        Answer answer = await shop.Ask("/api/v1/alerts", $$"""{"version":"4","groupKey":"g","truncatedAlerts":0,"alerts":[{{string.Join(',', alerts)}}]}""", token: shop.Client.Responder);
        if (answer.Status == 202)
        {
            Interlocked.Increment(ref _recorded);
            Interlocked.Add(ref _alerts, alerts.Length);
        }
        else
        {
            Assert.True(answer.Status == 503 && answer.RetryAfter is not null, $"{answer.Status} {answer.Body}");
            Interlocked.Increment(ref _shed);
        }
    }

    private string Alert(string identity, int number, bool isFiring = true)
    {
        string began = _now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), ended = isFiring ? "0001-01-01T00:00:00Z" : TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return $$"""{"status":"{{(isFiring ? "firing" : "resolved")}}","labels":{"alertname":"Leak","number":"{{number}}","instance":"localhost:9464","identity":"{{identity}}"},"annotations":{"summary":"{{new string('x', 200)}}"},"startsAt":"{{began}}","endsAt":"{{ended}}"}""";
    }

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
                steps: [ { restart: {} } ]
                limits: { cooldown: 0s, max_actions_per_hour: {{Budget}}, latch_after: 0 }

            """;
    }
}
