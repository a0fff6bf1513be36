using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ProcessArsenal.Overhead;

/// <summary>The published program on a port of its own, with a configuration of its own.</summary>
internal sealed class ExporterRun : IAsyncDisposable
{
    /// <summary>Every target that runs .NET 9 or later tells it.</summary>
    private const string FirstTold = "dotnet_process_memory_working_set_bytes";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90), Pause = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly string _folder;

    private readonly HttpClient _control;

    private ExporterRun(Process process, int port, int control, string folder)
    {
        _process = process;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(5) };
        _control = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{control}"), Timeout = TimeSpan.FromSeconds(30) };
        _folder = folder;
    }

    public int Pid => _process.Id;

    /// <summary>Starts it with its defaults; it is there when its sessions on some processes have told their first values.</summary>
    public static async Task<ExporterRun> Start(string program, IReadOnlyCollection<int> targets)
    {
        ExporterRun run = await Start(program, "");
        await run.HasHeard(targets);
        return run;
    }

    /// <summary>Starts it, and does not wait.</summary>
    public static async Task<ExporterRun> Start(string program, string settings)
    {
        string folder = Directory.CreateTempSubdirectory("overhead-").FullName;
        string configuration = Path.Join(folder, "config.yml"); // Even an empty one: not what the machine may have.
        await File.WriteAllTextAsync(configuration, settings);
        int port = FreePort(), control = FreePort();
        var start = new ProcessStartInfo(program,
            ["serve", "--config", configuration, "--listen-metrics", $"http://127.0.0.1:{port}", "--listen-control", $"http://127.0.0.1:{control}", "--state-directory", Path.Join(folder, "state")])
        {
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("ARSENAL_", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(name);
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return new ExporterRun(process, port, control, folder);
    }

    /// <summary>Has it record a process, until <see cref="EndRecordings"/>.</summary>
    public async Task Record(int target, string preset)
    {
        await Ask(HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $$"""{"target":{{target}},"preset":"{{preset}}","duration":"30m","max_bytes":1073741824}"""));
    }

    /// <summary>Ends them, and waits until the program has told what its methods are called.</summary>
    public Task EndRecordings() => Ask(HttpMethod.Delete, null);

    private async Task Ask(HttpMethod method, string? body)
    {
        using var request = new HttpRequestMessage(method, new Uri("/api/v1/traces", UriKind.Relative));
        request.Headers.Authorization = new("Bearer", (await File.ReadAllTextAsync(Path.Join(_folder, "state", "admin.token"))).Trim());
        if (body is not null) request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _control.SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"The exporter refuses: {text}");
        if (method == HttpMethod.Delete && text.Contains("\"state\": \"recording\"", StringComparison.Ordinal)) throw new InvalidOperationException($"It does not end: {text}");
    }

    /// <summary>Waits until so many of its samples are on a page.</summary>
    public Task HasTicked(int times) => Until($"{times} ticks", page => Lines(page, "arsenal_ticks_total").Sum(Value) >= times);

    /// <summary>Waits until some processes have told their first values.</summary>
    public Task HasHeard(IReadOnlyCollection<int> targets)
    {
        string[] labels = [.. targets.Select(Label)];
        return Until("first values of all", page =>
        {
            string[] told = [.. Lines(page, FirstTold)];
            return labels.All(label => told.Any(line => line.Contains(label, StringComparison.Ordinal)));
        });
    }

    /// <summary>Waits until it has counted requests of a process; events that were lost are a failure.</summary>
    /// <returns>False if it counts more than those: it joined a session of somebody else, which is older.</returns>
    public async Task<bool> HasCounted(int target, long requests)
    {
        double counted = 0;
        await Until($"{requests} requests", page =>
        {
            counted = Sum(page, "http_server_request_duration_seconds_count", target);
            if (Sum(page, "arsenal_dotnet_events_lost_total", target) > 0) throw new InvalidOperationException("It lost events.");
            return counted >= requests;
        });
        return counted == requests;
    }

    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", [_process.Id.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
        _control.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Until(string what, Func<string, bool> holds)
    {
        for (long began = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(began) < Patience; await Task.Delay(Pause))
        {
            if (_process.HasExited) throw new InvalidOperationException($"The exporter ended with {_process.ExitCode}.");
            try
            {
                if (holds(await _http.GetStringAsync(new Uri("/metrics", UriKind.Relative)))) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }
        throw new TimeoutException($"Not within {Patience.TotalSeconds} s: {what}.");
    }

    private static double Sum(string page, string family, int target) => Lines(page, family + "{").Where(line => line.Contains(Label(target), StringComparison.Ordinal)).Sum(Value);

    private static IEnumerable<string> Lines(string page, string start) => page.Split('\n').Where(line => line.StartsWith(start, StringComparison.Ordinal));

    private static double Value(string line) => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);

    private static string Label(int pid) => string.Create(CultureInfo.InvariantCulture, $"pid=\"{pid}\"");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
