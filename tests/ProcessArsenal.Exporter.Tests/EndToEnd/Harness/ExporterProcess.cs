using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>The published program, serving on a port of its own with a configuration of its own.</summary>
internal sealed class ExporterProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly HttpClient _http;
    private bool _stopped;

    private ExporterProcess(Process process, int port, int controlPort, string state, string configuration)
    {
        _process = process;
        Port = port;
        ControlPort = controlPort;
        State = state;
        ConfigurationFile = configuration;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(20) };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port { get; }

    /// <summary>Of the control listener.</summary>
    public int ControlPort { get; }

    /// <summary>Its state directory.</summary>
    public string State { get; }

    public int Pid => _process.Id;

    public string ConfigurationFile { get; }

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Starts it and waits until it is ready, which is after its first snapshot.</summary>
    /// <param name="prefix">Programs in front of it: see <see cref="Users"/>.</param>
    /// <param name="control">Where its control listener is; null: at <see cref="ControlPort"/>.</param>
    /// <param name="ports">Of metrics and control, if others have to know them before; null: free ones.</param>
    public static async Task<ExporterProcess> Start(
        Scratch scratch, string configuration, string[]? prefix = null, IReadOnlyDictionary<string, string>? environment = null, string? control = null, (int Metrics, int Control)? ports = null)
    {
        string file = scratch.Write("config.yml", configuration);
        string program = scratch.CopyProgram(Repository.Program, "process-arsenal");
        scratch.CopyProgram(Repository.Library, Path.GetFileName(Repository.Library));
        int port = ports?.Metrics ?? FreePort(), controlPort = ports?.Control ?? FreePort(not: port);
        control ??= Address(controlPort);
        string state = scratch.MakeFolderForAll("state");
        string[] line = [.. prefix ?? [], program, .. Arguments(file, port, control, state)];
        ExporterProcess exporter = new(Process.Start(StartInfo(line, environment))!, port, controlPort, state, file);
        try
        {
            await Eventually.True("the exporter is ready", exporter.IsReady, () => exporter.Log);
            return exporter;
        }
        catch
        {
            exporter.Send(Signals.Kill); // nobody else knows of it
            throw;
        }
    }

    /// <summary>Runs it where it can't start: gives the exit code and what it said.</summary>
    public static async Task<Command> RunToEnd(Scratch scratch, string configuration, int port, string state)
    {
        string file = scratch.Write("config.yml", configuration);
        return await Command.Run(Repository.Program, Arguments(file, port, Address(FreePort(not: port)), state), within: TimeSpan.FromSeconds(15));
    }

    /// <param name="not">Another, which is free too as yet.</param>
    public static int FreePort(int not = 0)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return port == not ? FreePort(not) : port;
    }

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    private static string[] Arguments(string configuration, int port, string control, string state) =>
    [
        "serve", "--config", configuration,
        "--listen-metrics", Address(port),
        "--listen-control", control,
        "--state-directory", state,
    ];

    private static ProcessStartInfo StartInfo(string[] line, IReadOnlyDictionary<string, string>? environment)
    {
        ProcessStartInfo start = new(line[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in line.Skip(1))
            start.ArgumentList.Add(argument);
        // What the machine's own settings say must not decide a test.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("ARSENAL_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        start.Environment.Remove("NOTIFY_SOCKET");
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return start;
    }

    public async Task<bool> IsReady()
    {
        Assert.False(_process.HasExited, $"The exporter ended with {(_process.HasExited ? _process.ExitCode : 0)}.\n{Log}");
        try
        {
            return await Status("/readyz") == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // not listening yet
        }
    }

    public async Task<HttpStatusCode> Status(string path)
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    public async Task<MetricsPage> Page() => MetricsPage.Parse(await Text());

    public Task<string> Text() => Get("text/plain;version=0.0.4");

    public Task<string> OpenMetrics() => Get("application/openmetrics-text;version=1.0.0");

    private async Task<string> Get(string accept)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/metrics");
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        using HttpResponseMessage answer = await _http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, $"/metrics answered {(int)answer.StatusCode}.\n{Log}");
        Assert.Equal(accept.Split(';')[0], answer.Content.Headers.ContentType?.MediaType);
        // Strict: a page that is not valid UTF-8 must not become one here.
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(await answer.Content.ReadAsByteArrayAsync());
    }

    /// <summary>The page of a tick that began after this call: the next one may already have read some processes.</summary>
    public async Task<MetricsPage> PageOfLaterTick()
    {
        double from = (await Page()).Ticks;
        return await Eventually.Get("two more ticks", async () => await Page() is { } page && page.Ticks >= from + 2 ? page : null);
    }

    /// <summary>Waits for a page that has what is looked for. On a machine that a load has brought to a stand there may be none for a while.</summary>
    public async Task<MetricsPage> PageWhere(string what, Func<MetricsPage, bool> holds, TimeSpan? within = null)
    {
        MetricsPage? last = null;
        return await Eventually.Get(
            what,
            async () => await Status("/readyz") == HttpStatusCode.OK && (last = await Page()) is { } page && holds(page) ? page : null,
            () => last?.Only("process_group_", "arsenal_") ?? "",
            within);
    }

    public void Send(int signal) => Signals.Send(_process, signal);

    /// <summary>Ends it as the kernel does when memory runs out: it can't say goodbye to anyone.</summary>
    public async Task Kill()
    {
        _stopped = true;
        Send(Signals.Kill);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Stops it as systemd does: SIGTERM, within five seconds, with exit code 0.</summary>
    public async Task Stop()
    {
        _stopped = true;
        Send(Signals.Terminate);
        try
        {
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (TimeoutException)
        {
            Send(Signals.Kill);
            Assert.Fail("The exporter was still running 5 s after SIGTERM.\n" + Log);
        }

        Assert.True(_process.ExitCode == 0, $"The exporter ended with {_process.ExitCode} after SIGTERM.\n{Log}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
            await Stop();
        _http.Dispose();
        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
            _log.AppendLine(line.Data);
    }
}
