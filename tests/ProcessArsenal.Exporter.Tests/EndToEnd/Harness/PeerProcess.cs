using System.Diagnostics;
using System.Globalization;
using System.Text;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>Debian's process-exporter, on a port of its own with a configuration of its own.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly HttpClient _http;

    private PeerProcess(Process process, int port)
    {
        _process = process;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(20) };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
                _log.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
    }

    /// <summary>Starts it and waits until it answers, by when it has looked at all processes twice.</summary>
    public static async Task<PeerProcess> Start(string configuration)
    {
        string program = Repository.Existing(
            "/usr/bin/prometheus-process-exporter", "install Debian's package prometheus-process-exporter (scripts/setup.sh does as root)");
        int port = ExporterProcess.FreePort();
        ProcessStartInfo start = new(program) { RedirectStandardError = true };
        start.ArgumentList.Add("-config.path=" + configuration);
        start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"-web.listen-address=127.0.0.1:{port}"));
        PeerProcess peer = new(Process.Start(start)!, port);
        try
        {
            await Eventually.True("process-exporter answers", peer.Answers, peer.LastLog);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Its families of processes; it looks at all of them for each page.</summary>
    public async Task<MetricsPage> Page()
    {
        string page = await _http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        IEnumerable<string> lines = page.Split('\n')
            .Where(line => line.Replace("# HELP ", "", StringComparison.Ordinal).Replace("# TYPE ", "", StringComparison.Ordinal)
                .StartsWith("namedprocess_", StringComparison.Ordinal));
        return MetricsPage.Parse(string.Concat(lines.Select(line => line + "\n")));
    }

    public async ValueTask DisposeAsync()
    {
        Signals.Send(_process, Signals.Kill); // it does not end on SIGTERM while a connection is open
        await _process.WaitForExitAsync().WaitAsync(Eventually.Patience);
        _http.Dispose();
        _process.Dispose();
    }

    private async Task<bool> Answers()
    {
        Assert.False(_process.HasExited, "process-exporter ended.\n" + LastLog());
        try
        {
            await Page();
            return true;
        }
        catch (HttpRequestException)
        {
            return false; // not listening yet
        }
    }

    private string LastLog()
    {
        lock (_log)
            return _log.ToString();
    }
}
