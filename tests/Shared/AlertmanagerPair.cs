using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ProcessArsenal.Tests;

/// <summary>Two of Debian's Alertmanagers, clustered on loopback.</summary>
internal sealed class AlertmanagerPair : IAsyncDisposable
{
    private const string Program = "/usr/bin/prometheus-alertmanager";

    private readonly Process[] _replicas;
    private readonly StringBuilder _log = new();

    private AlertmanagerPair(Process[] replicas, Uri[] urls)
    {
        (_replicas, Urls) = (replicas, [.. urls]);
        foreach (Process replica in replicas)
        {
            replica.ErrorDataReceived += (_, line) =>
            {
                lock (_log) _log.AppendLine(line.Data);
            };
            replica.BeginErrorReadLine();
        }
    }

    public System.Collections.Immutable.ImmutableArray<Uri> Urls { get; }

    /// <summary>Starts both, of which each delivers.</summary>
    /// <param name="folder">Their files are put there.</param>
    /// <param name="webhook">Whom they deliver to.</param>
    /// <param name="tokenFile">Of the token that they deliver with; null: with none.</param>
    public static async Task<AlertmanagerPair> Start(string folder, Uri webhook, string? tokenFile = null)
    {
        string configuration = Path.Join(folder, "alertmanager.yml");
        string token = tokenFile is null ? "" : $$""", http_config: { authorization: { type: Bearer, credentials_file: "{{tokenFile}}" } }""";
        await File.WriteAllTextAsync(configuration, $$"""
            route: { receiver: arsenal, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 4s }
            receivers: [ { name: arsenal, webhook_configs: [ { url: "{{webhook}}", send_resolved: true{{token}} } ] } ]
            """);
        return await Start(folder, configuration, TimeSpan.FromMilliseconds(1));
    }

    /// <summary>Starts both, and waits until they know each other.</summary>
    /// <param name="folder">Their data is put there.</param>
    /// <param name="configuration">Their file.</param>
    /// <param name="peerTimeout">How long the second waits for the first to have delivered.</param>
    /// <param name="isClustered">Else neither knows of the other, as while the network between them is cut.</param>
    /// <param name="ports">Of the two, if they have to be known before.</param>
    public static async Task<AlertmanagerPair> Start(string folder, string configuration, TimeSpan peerTimeout, bool isClustered = true, int[]? ports = null)
    {
        Assert.True(File.Exists(Program), "install Debian's package prometheus-alertmanager (scripts/setup.sh does as root)");
        ports = [.. ports ?? [FreePort(), FreePort()], FreePort(), FreePort()];
        Process[] replicas = [.. Enumerable.Range(0, 2).Select(i =>
        {
            string[] cluster = isClustered
                ? [$"--cluster.listen-address=127.0.0.1:{ports[2 + i]}", $"--cluster.advertise-address=127.0.0.1:{ports[2 + i]}", $"--cluster.peer=127.0.0.1:{ports[3 - i]}", FormattableString.Invariant($"--cluster.peer-timeout={peerTimeout.TotalMilliseconds}ms"), "--cluster.gossip-interval=50ms"]
                : ["--cluster.listen-address="];
            string[] arguments = [$"--config.file={configuration}", $"--storage.path={Path.Join(folder, $"replica-{i}")}", $"--web.listen-address=127.0.0.1:{ports[i]}", .. cluster, "--log.level=debug"];
            ProcessStartInfo start = new(Program) { RedirectStandardError = true };
            foreach (string argument in arguments) start.ArgumentList.Add(argument);
            return Process.Start(start)!;
        })];
        var pair = new AlertmanagerPair(replicas, [.. ports[..2].Select(port => new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")))]);
        try
        {
            using var http = new HttpClient();
            foreach (Uri url in pair.Urls) await Eventually.True($"{url} is ready and knows the other", () => IsReady(http, url, isClustered), pair.Log);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public string Log()
    {
        lock (_log) return _log.ToString();
    }

    /// <summary>The alerts of a name that a replica has up.</summary>
    public async Task<JsonElement[]> Firing(string alertname, int replica = 0)
    {
        using var http = new HttpClient();
        using JsonDocument all = JsonDocument.Parse(await http.GetStringAsync(new Uri(Urls[replica], "/api/v2/alerts?active=true")));
        return [.. all.RootElement.EnumerateArray().Where(alert => alert.GetProperty("labels").GetProperty("alertname").GetString() == alertname).Select(static alert => alert.Clone())];
    }

    /// <summary>Ends one as a crash would.</summary>
    public void End(int replica) => Signal(_replicas[replica]);

    /// <summary>Which alerts fire for one, by the label alertname.</summary>
    public async Task<string[]> Firing(int replica)
    {
        using var http = new HttpClient();
        using JsonDocument json = JsonDocument.Parse(await http.GetStringAsync(new Uri(Urls[replica], "/api/v2/alerts?active=true")));
        return [.. json.RootElement.EnumerateArray().Select(static alert => alert.GetProperty("labels").GetProperty("alertname").GetString()!)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Process replica in _replicas)
        {
            if (!replica.HasExited) Signal(replica);
            await replica.WaitForExitAsync();
            replica.Dispose();
        }
    }

    private static async Task<bool> IsReady(HttpClient http, Uri url, bool isClustered)
    {
        try
        {
            string status = await http.GetStringAsync(new Uri(url, "/api/v2/status"));
            return !isClustered || (status.Contains("\"status\":\"ready\"", StringComparison.Ordinal) && status.Split("\"address\"").Length == 3);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Signal(Process process)
    {
        using Process kill = Process.Start("/bin/kill", ["-KILL", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
