using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ProcessArsenal.Demo;

/// <summary>All that the story needs, in a directory of its own; whatever was started is ended with it.</summary>
internal sealed class Stage(Settings settings, Teller teller) : IAsyncDisposable
{
    private static readonly string[] Names = ["metrics", "control", "prometheus", "alertmanager1", "alertmanager2", "gossip1", "gossip2", "orders1", "orders2"];

    private readonly List<Peer> _peers = [];
    private Dictionary<string, int> _ports = [];

    public Settings Settings => settings;

    public string Folder { get; private set; } = "";

    public string State => Path.Join(Folder, "state");

    public Api Api { get; private set; } = null!;

    public Visitors Visitors { get; private set; } = null!;

    public Uri Address(string name, string path = "/") => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports[name]}{path}"));

    /// <summary>The command line, as a person would type it to ask this exporter.</summary>
    public string CommandLine(string words) => $"{settings.Program} {words} --server {Address("control").ToString().TrimEnd('/')} --token-file {State}/admin.token";

    /// <summary>The sample service: a copy, so that nothing else runs this very file.</summary>
    private string Orders => Path.Join(Folder, "orders", "Orders");

    public async Task BeginAsync(CancellationToken stop)
    {
        foreach (string program in (string[])[settings.Program, Settings.Prometheus, Settings.Alertmanager, Path.Join(settings.Orders, "Orders")])
            if (!File.Exists(program)) throw new StoryException($"{program} is missing: 'make demo' says how to get it.");
        Folder = Directory.CreateTempSubdirectory("arsenal-demo-").FullName;
        CopyOrders();
        _ports = FreePorts();
        Dictionary<string, string> gaps = Gaps();
        string Filled(string template) => Template.Fill(Path.Join(settings.Templates, template), Folder, gaps);
        string configuration = Filled("process-arsenal.yml"), prometheus = Filled("prometheus.yml"), alertmanager = Filled("alertmanager.yml");
        Filled("alerts.yml");
        teller.Title("A service leaks, and is healed");
        teller.Say($"  Everything is in {Folder}, on free ports of 127.0.0.1, and gone when this ends.");
        teller.Say("");
        teller.Begin();
        Api = new Api(this);
        await StartAsync("process-arsenal", "/readyz", "metrics", [settings.Program, "serve", "--config", configuration, "--listen-metrics", Base("metrics"), "--listen-control", Base("control"), "--state-directory", State], stop);
        await Task.WhenAll(
            StartAsync("prometheus", "/-/ready", "prometheus", [Settings.Prometheus, "--config.file=" + prometheus, "--storage.tsdb.path=" + Path.Join(Folder, "prometheus"), Host("--web.listen-address=", "prometheus")], stop),
            StartAlertmanagerAsync(1, 2, alertmanager, stop), StartAlertmanagerAsync(2, 1, alertmanager, stop));
        Visitors = new Visitors(Address("orders1"), Address("orders2"));
    }

    /// <summary>The end of each log.</summary>
    public IEnumerable<string> LastWords() => _peers.SelectMany(static peer => peer.LastWords(8).Prepend($"-- {peer.Name}{(peer.HasEnded ? " (has ended)" : "")}, {peer.Log}"));

    public async ValueTask DisposeAsync()
    {
        if (Folder.Length == 0) return;
        if (Visitors is not null) await Visitors.DisposeAsync();
        foreach (Peer peer in Enumerable.Reverse(_peers)) await peer.DisposeAsync();
        // The exporter's children outlive it: that is what they are meant to do.
        await Peer.EndAllOf(Orders);
        Api?.Dispose();
        try
        {
            Directory.Delete(Folder, recursive: true);
            teller.Say($"Ended all that was started, and removed {Folder}.");
        }
        catch (IOException e)
        {
            teller.Say($"Ended all that was started; {Folder} could not be removed: {e.Message}");
        }
    }

    private Task StartAlertmanagerAsync(int number, int other, string configuration, CancellationToken stop) => StartAsync(
        $"alertmanager{number}", "/-/ready", $"alertmanager{number}",
        [
            Settings.Alertmanager, "--config.file=" + configuration, "--storage.path=" + Path.Join(Folder, $"alertmanager{number}"), Host("--web.listen-address=", $"alertmanager{number}"),
            Host("--cluster.listen-address=", $"gossip{number}"), Host("--cluster.advertise-address=", $"gossip{number}"), Host("--cluster.peer=", $"gossip{other}"),
            "--cluster.gossip-interval=50ms", // Which also says how soon they have found each other.
        ],
        stop);

    private async Task StartAsync(string name, string ready, string port, string[] command, CancellationToken stop)
    {
        Peer peer = Peer.Start(name, Folder, command);
        lock (_peers) _peers.Add(peer);
        await Api.UntilAsync($"{name} is ready", async () => !peer.HasEnded ? await Api.AnswersAsync(Address(port, ready)) : throw new StoryException($"{name} has ended."), stop);
        teller.Tell("started", string.Create(CultureInfo.InvariantCulture, $"{name} (pid {peer.Pid})"));
    }

    private void CopyOrders()
    {
        foreach (string file in Directory.GetFiles(settings.Orders, "*", SearchOption.AllDirectories))
        {
            string to = Path.Join(Folder, "orders", Path.GetRelativePath(settings.Orders, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
    }

    private Dictionary<string, string> Gaps()
    {
        var gaps = _ports.ToDictionary(static port => port.Key, static port => port.Value.ToString(CultureInfo.InvariantCulture));
        gaps["folder"] = Folder;
        gaps["orders"] = Orders;
        gaps["dotnet"] = Path.GetFullPath(Path.Join(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        gaps["interval"] = settings.Fast ? "500ms" : "1s";
        gaps["leak"] = Settings.LeakBytes.ToString(CultureInfo.InvariantCulture);
        gaps["limit"] = Settings.Limit.ToString(CultureInfo.InvariantCulture);
        gaps["for"] = settings.Fast ? "1s" : "3s";
        gaps["trace"] = settings.Fast ? "1s" : "5s";
        gaps["group_interval"] = "1s";
        gaps["repeat_interval"] = "1h";
        gaps["webhook"] = $"{Base("control")}/api/v1/alerts";
        gaps["token"] = Path.Join(State, "responder.token");
        gaps["otlp"] = "{}";
        gaps["sampler"] = "auto";
        return gaps;
    }

    private string Base(string name) => Address(name).ToString().TrimEnd('/');

    private string Host(string flag, string name) => $"{flag}{Address(name).Authority}";

    /// <summary>Found together, so that they are different.</summary>
    private static Dictionary<string, int> FreePorts()
    {
        var listeners = Names.Select(static name => (name, new TcpListener(IPAddress.Loopback, 0))).ToList();
        foreach ((_, TcpListener listener) in listeners) listener.Start();
        var ports = listeners.ToDictionary(static one => one.name, static one => ((IPEndPoint)one.Item2.LocalEndpoint).Port);
        foreach ((_, TcpListener listener) in listeners) listener.Dispose();
        return ports;
    }
}
