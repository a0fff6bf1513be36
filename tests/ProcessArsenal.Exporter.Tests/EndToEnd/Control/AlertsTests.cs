using System.Globalization;
using System.Text;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>Alertmanager's webhook, by the published program.</summary>
public sealed class AlertsTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Path = "/api/v1/alerts", Settings = "dotnet: { attach: none }\nhost: { labels: { instance: \"web-1:9464\" } }\n";

    private readonly Scratch _scratch = new();
    private ExporterProcess _exporter = null!;
    private ControlClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _exporter = await ExporterProcess.Start(_scratch, Settings);
        _client = new ControlClient(_exporter);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _exporter.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task A_delivery_is_recorded_and_shown_and_outlives_a_kill()
    {
        Answer answer = await Deliver(_client, Alert("A"), Alert("B", instance: "web-2:9464"));
        Assert.Equal(202, answer.Status);
        JsonElement delivery = JsonDocument.Parse(answer.Body).RootElement;
        Assert.Equal(("1", 2, false), (delivery.GetProperty("delivery").GetString(), delivery.GetProperty("instances_named").GetInt32(), delivery.GetProperty("fleet_wide").GetBoolean()));
        Assert.Equal(["no_policy", "not_for_us"], delivery.GetProperty("alerts").EnumerateArray().Select(static alert => alert.GetProperty("verdict").GetString()));
        MetricsPage page = await _exporter.Page();
        Assert.Equal(1, page.Value("process_controller_alerts_received_total", "status=firing", "outcome=not_for_us"));
        Assert.Equal(1, page.Value("process_controller_alert_incidents_open", "told=false"));

        await _exporter.Kill();
        await using ExporterProcess next = await ExporterProcess.Start(_scratch, Settings); // In the same state directory.
        using var client = new ControlClient(next);
        JsonElement[] incidents = [.. (await client.Get(Path + "?state=open")).GetProperty("incidents").EnumerateArray()];
        JsonElement incident = Assert.Single(incidents);
        Assert.Equal(("A", "open"), (incident.GetProperty("labels").GetProperty("alertname").GetString(), incident.GetProperty("state").GetString()));
        Assert.Equal("2", JsonDocument.Parse((await Deliver(client, Alert("A", isFiring: false))).Body).RootElement.GetProperty("delivery").GetString());
        Assert.Empty((await client.Get(Path + "?state=open")).GetProperty("incidents").EnumerateArray());
        Assert.Single((await client.Get(Path + "?state=ended")).GetProperty("incidents").EnumerateArray());
    }

    [Fact]
    public async Task Who_may_not_deliver_and_what_is_no_delivery_is_refused()
    {
        Assert.Equal(401, (await Post(_client, "{}", null)).Status);
        Assert.Equal(403, (await _client.Ask(HttpMethod.Get, Path, _client.Responder)).Status);
        Assert.Equal(403, (await Post(_client, Body(Alert("A")), await _client.MakeToken("viewer", "viewer"))).Status);
        Assert.Equal(400, (await Post(_client, "", _client.Responder)).Status);
        Assert.Equal(400, (await Post(_client, """{"version":"3","alerts":[]}""", _client.Responder)).Status);
        Assert.Equal(400, (await Post(_client, Body(Alert("A"))[..^20], _client.Responder)).Status);
        Assert.Equal(413, (await Post(_client, new string(' ', (8 * 1024 * 1024) + 1), _client.Responder)).Status);
        Assert.Equal(413, (await Post(_client, Body(Alert(new string('x', 5000))), _client.Responder)).Status);
        Assert.Empty((await _client.Get(Path)).GetProperty("incidents").EnumerateArray());
        Assert.Equal(3, (await _exporter.Page()).Value("process_controller_alert_deliveries_total", "outcome=invalid"));
    }

    [Fact]
    public async Task A_storm_is_recorded_or_told_to_come_again()
    {
        const int Deliveries = 600, Alerts = 10;
        long began = TimeProvider.System.GetTimestamp();
        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, Deliveries).Select(i => Deliver(_client, [.. Enumerable.Range(0, Alerts).Select(j => Alert($"A{i}-{j}"))])));
        output.WriteLine(FormattableString.Invariant($"{Deliveries * Alerts} alerts in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s, {answers.Count(static answer => answer.Status == 503)} told to come again"));
        Assert.All(answers, static answer => Assert.True(answer.Status == 202 || (answer.Status == 503 && answer.RetryAfter is not null), answer.Body));
        int recorded = answers.Count(static answer => answer.Status == 202);
        Assert.InRange(recorded, 200, Deliveries);
        MetricsPage page = await _exporter.Page();
        Assert.Equal(recorded, page.Value("process_controller_alert_deliveries_total", "outcome=recorded"));
        Assert.Equal(recorded * Alerts, page.Value("process_controller_alerts_received_total", "status=firing", "outcome=no_policy"));
        Command audit = await Command.Run(Repository.Program, ["audit", "verify", "--state-directory", _exporter.State]);
        Assert.True(audit.ExitCode == 0, audit.Output + audit.Error);
    }

    private static Task<Answer> Deliver(ControlClient client, params string[] alerts) => Post(client, Body(alerts), client.Responder);

    private static Task<Answer> Post(ControlClient client, string body, string? token) =>
        client.Ask(HttpMethod.Post, Path, token, request =>
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            request.Headers.ExpectContinue = body.Length > 1_000_000; // Or it would still be sending when it is hung up on.
        });

    private static string Body(params string[] alerts) => $$"""{"version":"4","groupKey":"g","truncatedAlerts":0,"commonLabels":{},"alerts":[{{string.Join(',', alerts)}}]}""";

    private static string Alert(string name, bool isFiring = true, string instance = "web-1:9464")
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        string ends = isFiring ? "0001-01-01T00:00:00Z" : now.ToString("O", CultureInfo.InvariantCulture);
        return $$"""{"status":"{{(isFiring ? "firing" : "resolved")}}","labels":{"alertname":"{{name}}","instance":"{{instance}}"},"annotations":{},"startsAt":"{{now:yyyy-MM-dd'T'HH:mm:ss'Z'}}","endsAt":"{{ends}}"}""";
    }
}
