using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Exporter.Tests.Kit;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Kit;

/// <summary>A host on which every signal is there that dashboards and alerts ask for, watched by a real Prometheus that judges our alerts.</summary>
public sealed class KitScene : IAsyncLifetime
{
    private readonly Scratch _scratch = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<IAsyncDisposable> _started = [];
    private WebTarget _web = null!;
    private Task _load = Task.CompletedTask;

    internal PrometheusServer Prometheus { get; private set; } = null!;

    internal ExporterProcess Exporter { get; private set; } = null!;

    /// <summary>How long it goes on. What is only known after minutes is there from six on (make kit).</summary>
    internal static int Minutes { get; } = int.Parse(Environment.GetEnvironmentVariable("KIT_MINUTES") ?? "0", CultureInfo.InvariantCulture);

    public async ValueTask InitializeAsync()
    {
        _web = Keep(await WebTarget.StartOn("net10.0"));
        ShopTarget shop = Keep(await ShopTarget.Start());
        _scratch.CopyProgram("/bin/sleep", "steady");
        Workload victims = Keep(await Workload.Start(_scratch, "e2e-kit", "--rss-mib", "4"));
        await victims.Spawn(8);
        Keep(await Workload.Start(_scratch, "e2e-kit", "--rss-mib", "300")); // Far from the others of its group.
        ExporterProcess exporter = Exporter = Keep(await ExporterProcess.Start(_scratch, Configuration(shop)));
        Prometheus = Keep(await PrometheusServer.Start(_scratch, exporter.Port, AlertFiles.Rules));
        _load = Load(victims);
        await exporter.PageWhere("both .NET programs are listened to", page => new[] { _web.Label, shop.Label }.All(label => page.Where("arsenal_dotnet_session_state", label).Any(state => state.Value == 1)));
        await shop.Stop(); // Its runtime says no more.
        await Recover(exporter);
        await Act(exporter);
        for (int minute = 0; minute < Minutes; minute++) await Task.Delay(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    /// <summary>A program that is nobody else's, so that the policy means this one alone.</summary>
    private string Steady => _scratch.PathOf("steady");

    private string Configuration(ShopTarget shop) => $$"""
        sampling: { interval: 1s }
        groups:
          rules:
            - { name: e2e-kit.service, exe: [e2e-kit] }
            - { name: e2e-gone, exe: [e2e-gone], labels: { expected: "yes" } }
        watch: [ 'group = "e2e-kit.service"' ]
        flows: { enabled: true }
        dotnet: { attach: 'pid = {{_web.Pid}} or pid = {{shop.Pid}}' }
        otlp: { endpoint: "http://127.0.0.1:1", interval: 1s }
        control: { max_actions_per_hour: 4 }
        policies:
          - name: mend
            mode: enforce
            alert: { alertname: Trouble }
            target: exe = "{{Steady}}"
            steps: [ { restart: {} }, { verify: { until: threads > 0 } } ]
            limits: { min_uptime: 0s }
        supervisors:
          - name: shop
            max_restarts: 1000
            children:
              - { name: steady, command: ["{{Steady}}", "1000"], health: { http: "{{_web.Address}}orders/1", interval: 1s } }
              - { name: fails, command: [/bin/sh, -c, "sleep 2; exit 1"], health: { http: "{{_web.Address}}teapot", interval: 1s, failures: 100 } }
          - name: broken
            max_restarts: 0
            children: [ { name: never, command: [/bin/false] } ]

        """;

    /// <summary>Requests, failures, calls and collections; processes that end.</summary>
    private async Task Load(Workload victims)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (int i = 0; !_stop.IsCancellationRequested; i++)
        {
            await _web.Ask("orders/1");
            await _web.Ask(i % 3 == 0 ? "fail" : "call");
            if (i % 5 == 0) await _web.Ask("collect/2");
            if (i % 5 == 0) await victims.Spawn(1);
            if (i % 5 == 0) await victims.Exit(1, 1);
            if (!await Next(pace)) return;
        }
    }

    private async Task<bool> Next(PeriodicTimer pace)
    {
        try
        {
            return await pace.WaitForNextTickAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>An alert that is delivered, and a policy that cures what it tells of.</summary>
    private static async Task Recover(ExporterProcess exporter)
    {
        using var client = new ControlClient(exporter);
        string began = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        Answer answer = await client.Ask(HttpMethod.Post, "/api/v1/alerts", client.Responder, request => request.Content = new StringContent(
            $$"""{"version":"4","groupKey":"g","truncatedAlerts":0,"alerts":[{"status":"firing","labels":{"alertname":"Trouble","instance":"localhost:9464"},"annotations":{},"startsAt":"{{began}}","endsAt":"0001-01-01T00:00:00Z"}]}""", Encoding.UTF8, "application/json"));
        Assert.True(answer.Status == 202, $"{answer.Status} {answer.Body}\n{exporter.Log}");
        await Eventually.True("it is cured", async () => (await exporter.Page()).Value("process_controller_policy_score", "policy=mend") == 1, () => exporter.Log);
    }

    /// <summary>An action that succeeds, one that fails, one that a guard refuses, and more than there may be in an hour.</summary>
    private static async Task Act(ExporterProcess exporter)
    {
        using var client = new ControlClient(exporter);
        await Eventually.True("the supervisor has given up", async () => (await exporter.Page()).Value("process_supervisor_latched", "supervisor=broken") == 1, () => exporter.Log);
        await Post("/api/v1/supervisors/shop/children/steady/restart");
        await Post("/api/v1/processes/1/kill");
        await Post("/api/v1/supervisors/broken/children/never/start", """{"reset":true}""");
        for (int i = 0; i < 4; i++) await Post("/api/v1/supervisors/shop/children/steady/restart");

        async Task Post(string path, string body = "{}") => await client.Ask(HttpMethod.Post, path, client.Admin, request =>
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _load.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (IAsyncDisposable one in Enumerable.Reverse(_started)) await one.DisposeAsync();
        // Children of ours outlive the exporter.
        foreach (string record in Directory.GetFiles(_scratch.Folder, "record.json", SearchOption.AllDirectories)) SupervisedChildren.End(record);
        _scratch.Dispose();
        _stop.Dispose();
    }

    private T Keep<T>(T one)
        where T : IAsyncDisposable
    {
        _started.Add(one);
        return one;
    }
}
