using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using ProcessArsenal.Demo;
using ProcessArsenal.Exporter.Tests.EndToEnd.Control;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Story;

/// <summary>What is different from the demo.</summary>
internal sealed record StorySettings
{
    public bool IsClustered { get; init; } = true;

    /// <summary>Where spans go; null: nowhere.</summary>
    public Uri? Otlp { get; init; }

    public TimeSpan Trace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>With one, both processes of the service must have run for ten seconds.</summary>
    public int MinHealthy { get; init; }

    /// <summary>Between the Alertmanagers and us; null: they know our address.</summary>
    public Func<Uri, Uri>? Network { get; init; }
}

/// <summary>The scene of deploy/demo, by its own files: a service of two processes under our supervisors, one of which leaks; Prometheus, which judges a rule each
/// second; a pair of Alertmanagers; and us, with a policy that acts.</summary>
internal sealed class StoryScene : IAsyncDisposable
{
    public const string Policy = "memory_leak_recovery", Alert = "ProcessMemoryGrowing", Sick = "orders-1";

    private const int Limit = 160;

    private static readonly TimeSpan PeerTimeout = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromSeconds(60);

    private readonly Scratch _scratch = new();
    private readonly HttpClient _visitor = new(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { Timeout = TimeSpan.FromSeconds(20) };
    private readonly Dictionary<string, int> _ports = FreePorts("metrics", "control", "alertmanager1", "alertmanager2", "orders1", "orders2");
    private string _configuration = "", _program = "";

    public ExporterProcess Exporter { get; private set; } = null!;

    public ControlClient Client { get; private set; } = null!;

    public PrometheusServer Prometheus { get; private set; } = null!;

    public AlertmanagerPair Alertmanagers { get; private set; } = null!;

    /// <summary>While we are away Prometheus sees nothing, so that the alert is resolved; it fires anew if whom it is about is still there when we return.</summary>
    public bool MayFireAgain { get; set; }

    /// <summary>Who leaks, as it was first.</summary>
    public string First { get; private set; } = "";

    public static async Task<StoryScene> Start(StorySettings settings)
    {
        var scene = new StoryScene();
        try
        {
            await scene.BeginAsync(settings);
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    private async Task BeginAsync(StorySettings settings)
    {
        string source = Path.Join(Repository.Root, "deploy/demo"), built = Path.Join(source, "Orders/bin/Release/net10.0");
        // A copy, so that no other story's service is of this group. By a process of its own: see Scratch.
        using (Process copy = Process.Start("cp", ["-r", "--", Path.GetDirectoryName(Repository.Existing(Path.Join(built, "Orders"), "build the tests"))!, _scratch.PathOf("orders")])) await copy.WaitForExitAsync();
        _program = _scratch.PathOf("orders/Orders");
        Uri webhook = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports["control"]}/api/v1/alerts"));
        Dictionary<string, string> gaps = _ports.ToDictionary(static port => port.Key, static port => port.Value.ToString(CultureInfo.InvariantCulture));
        foreach ((string name, string value) in new Dictionary<string, string>
        {
            ["folder"] = _scratch.Folder,
            ["orders"] = _program,
            ["dotnet"] = Path.GetFullPath(Path.Join(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")),
            ["interval"] = "500ms",
            ["leak"] = "1048576",
            ["limit"] = Limit.ToString(CultureInfo.InvariantCulture),
            ["for"] = "1s",
            ["trace"] = string.Create(CultureInfo.InvariantCulture, $"{settings.Trace.TotalSeconds}s"),
            ["sampler"] = settings.Otlp is null ? "auto" : "all",
            ["otlp"] = settings.Otlp is { } endpoint ? $$"""{ endpoint: "{{endpoint}}", interval: 1s }""" : "{}",
            ["group_interval"] = "1s",
            ["repeat_interval"] = "1h",
            ["webhook"] = (settings.Network?.Invoke(webhook) ?? webhook).ToString(),
            ["token"] = Path.Join(_scratch.PathOf("state"), "responder.token"),
        }) gaps[name] = value;
        string Filled(string name) => Template.Fill(Path.Join(source, name), _scratch.Folder, gaps);
        Filled("alerts.yml");
        _configuration = (await File.ReadAllTextAsync(Filled("process-arsenal.yml"))).Replace("min_healthy: 1", string.Create(CultureInfo.InvariantCulture, $"min_healthy: {settings.MinHealthy}"), StringComparison.Ordinal)
            .Replace("cooldown: 60s", "cooldown: 5s", StringComparison.Ordinal);
        await Again();
        Task<AlertmanagerPair> pair = AlertmanagerPair.Start(_scratch.Folder, Filled("alertmanager.yml"), PeerTimeout, settings.IsClustered, [_ports["alertmanager1"], _ports["alertmanager2"]]);
        Task<PrometheusServer> prometheus = PrometheusServer.StartWith(_scratch, Filled("prometheus.yml"));
        await Task.WhenAll(pair, prometheus).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (pair.IsCompletedSuccessfully) Alertmanagers = await pair;
        if (prometheus.IsCompletedSuccessfully) Prometheus = await prometheus;
        await pair;
        await prometheus;
        await Eventually.True("both processes run", async () => (await Children()).All(static child => Text(child, "state") == "running"), () => Exporter.Log);
        First = (await Identity())!;
        JsonElement health = default;
        if (settings.MinHealthy > 0) await Eventually.True("they are fit for work", async () => Healthy(health = await Client.Get("/api/v1/health")) == 2, () => $"{health}");
        await Exporter.PageWhere("both are listened to", static page => page.Where("arsenal_dotnet_session_state", "group=shop-orders", "state=attached").Count(static state => state.Value == 1) == 2);
    }

    /// <summary>Starts the exporter, on the same ports, with the state that the run before has left.</summary>
    public async Task Again()
    {
        Client?.Dispose();
        if (Exporter is not null) await Exporter.DisposeAsync();
        Exporter = await ExporterProcess.Start(_scratch, _configuration, ports: (_ports["metrics"], _ports["control"]));
        Client = new ControlClient(Exporter);
    }

    /// <summary>Orders, of which one process keeps a MiB each: until it is beyond what the alert allows.</summary>
    public async Task Leak()
    {
        for (int i = 0; i < Limit; i++) await Order(i);
    }

    public async Task Order(int number) => Assert.StartsWith("order", await _visitor.GetStringAsync(At($"orders/{number}"), TestContext.Current.CancellationToken), StringComparison.Ordinal);

    /// <summary>Asks for something that takes seconds, so that it takes seconds to end too.</summary>
    public Task<string> Report() => _visitor.GetStringAsync(At("report"), TestContext.Current.CancellationToken);

    /// <summary>What the policy did, the first first.</summary>
    public async Task<JsonElement[]> Actions() => [.. (await Client.Get("/api/v1/actions?policy=" + Policy)).GetProperty("actions").EnumerateArray().Reverse()];

    public async Task<JsonElement[]> Incidents() => [.. (await Client.Get("/api/v1/alerts")).GetProperty("incidents").EnumerateArray()];

    public async Task<JsonElement[]> Children() =>
        [.. (await Client.Get("/api/v1/supervisors")).GetProperty("supervisors").EnumerateArray().Single(static one => Text(one, "kind") == "process-arsenal").GetProperty("children").EnumerateArray()];

    public async Task<JsonElement> Child() => (await Children()).Single(static child => Text(child, "name") == Sick);

    /// <summary>Of who leaks; null: it does not run.</summary>
    public async Task<string?> Identity() => Text(await Child(), "identity");

    /// <summary>Waits until there is an action, in a state.</summary>
    /// <param name="isOpen">Nothing has come of it yet.</param>
    public async Task<JsonElement> Action(string name, bool? isOpen = null)
    {
        JsonElement[] all = [];
        JsonElement found = default;
        await Eventually.True($"there is {name}", async () =>
        {
            all = await Actions();
            found = all.FirstOrDefault(one => Text(one, "action") == name && (isOpen is null || isOpen == (Text(one, "outcome") is null)));
            return found.ValueKind == JsonValueKind.Object;
        }, () => Said(all), Patience);
        return found;
    }

    /// <summary>Waits for the end of the story: the service was restarted once and is well, it is known to be, and nothing fires any more.</summary>
    /// <param name="replicas">Alertmanagers that live.</param>
    public async Task<JsonElement[]> IsHealedOnce(params int[] replicas)
    {
        JsonElement[] actions = [];
        await Eventually.True("it is verified", async () => (actions = await Actions()).Any(one => Text(one, "action") == "verify" && !(MayFireAgain && Text(one, "outcome") == "cancelled")), () => Said(actions), Patience);
        await Eventually.True("nothing fires", async () => (await Task.WhenAll(replicas.Select(Alertmanagers.Firing))).All(static firing => firing.Length == 0), Alertmanagers.Log);
        await Eventually.True("the incident is over", async () => (await Incidents()).All(static one => Text(one, "state") == "ended"), () => Exporter.Log);
        actions = await Actions();
        // What it had begun when the alert was over for a moment, it has let be: all of it begins again then.
        if (MayFireAgain && actions.Length == 5 && Text(actions[1], "outcome") == "cancelled") actions = actions[2..];
        Assert.True(actions.Select(static one => Text(one, "action")).SequenceEqual(["trace", "restart", "verify"]), Said(actions));
        Assert.True(Text(actions[2], "outcome") == "succeeded", Said(actions));
        JsonElement[] incidents = await Incidents();
        if (MayFireAgain) Assert.InRange(incidents.Length, 1, 3);
        else Assert.Single(incidents);
        Assert.All(incidents, static one => Assert.Equal((Alert, "accepted", "0"), (Text(one.GetProperty("labels"), "alertname"), Text(one, "verdict"), one.GetProperty("repeats").ToString())));
        JsonElement policy = await Client.Get("/api/v1/policies/" + Policy);
        Assert.Equal((1, 0, 0), (policy.GetProperty("cured").GetInt32(), policy.GetProperty("not_cured").GetInt32(), policy.GetProperty("runs").GetArrayLength()));
        // By its own word: it has begun twice.
        string[] lives = [.. File.ReadLines(Text(await Child(), "log")!).Where(static line => line.StartsWith("begins as ", StringComparison.Ordinal))];
        Assert.True(lives.Length == 2, string.Join('\n', lives) + Exporter.Log);
        string now = (await Identity())!;
        Assert.NotEqual(First, now);
        Assert.StartsWith($"{lives[1]["begins as ".Length..]}-", now, StringComparison.Ordinal);
        Assert.True(Supervised.Lives(now) && !Supervised.Lives(First));
        Command audit = await Command.Run(Repository.Program, ["audit", "verify", "--state-directory", Exporter.State, "--config", "/dev/null"]);
        Assert.True(audit.ExitCode == 0, audit.Output + audit.Error);
        return actions;
    }

    public string Said(IEnumerable<JsonElement> actions) => string.Join('\n', actions.Select(static one => $"{Text(one, "action")} {Text(one, "outcome")}: {Text(one, "reason")}")) + "\n" + Exporter.Log;

    public static string? Text(JsonElement element, string name) => Supervised.Text(element, name);

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        _visitor.Dispose();
        if (Prometheus is not null) await Prometheus.DisposeAsync();
        if (Alertmanagers is not null) await Alertmanagers.DisposeAsync();
        try
        {
            if (Exporter is not null) await Exporter.DisposeAsync();
        }
        finally
        {
            if (Exporter is not null)
                foreach (string record in Directory.GetFiles(Exporter.State, "record.json", SearchOption.AllDirectories)) SupervisedChildren.End(record);
            _scratch.Dispose();
        }
    }

    private static int Healthy(JsonElement health) => health.GetProperty("groups").EnumerateArray().Where(static group => Text(group, "group") == "shop-orders").Select(static group => group.GetProperty("healthy").GetInt32()).FirstOrDefault();

    private Uri At(string path) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports["orders1"]}/{path}"));

    /// <summary>Found together, so that they are different.</summary>
    private static Dictionary<string, int> FreePorts(params string[] names)
    {
        (string Name, TcpListener Listener)[] listeners = [.. names.Select(static name => (name, new TcpListener(IPAddress.Loopback, 0)))];
        foreach ((_, TcpListener listener) in listeners) listener.Start();
        var ports = listeners.ToDictionary(static one => one.Name, static one => ((IPEndPoint)one.Listener.LocalEndpoint).Port);
        foreach ((_, TcpListener listener) in listeners) listener.Dispose();
        return ports;
    }
}
