using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>Debian's Prometheus, scraping one exporter every second into a folder of its own.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly HttpClient _http;

    private PrometheusServer(Process process, int port)
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

    /// <summary>Starts it and waits until it has scraped <paramref name="target"/> once.</summary>
    /// <param name="rules">Files of rules, judged every second.</param>
    public static async Task<PrometheusServer> Start(Scratch scratch, int target, params string[] rules)
    {
        string file = scratch.Write("prometheus.yml", $"""
            global: {"{ scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }"}
            rule_files: [{string.Join(", ", rules)}]
            scrape_configs:
              - job_name: process-arsenal
                static_configs: [{"{ targets: ['127.0.0.1:"}{target}{"'] }"}]
            """);
        return await StartWith(scratch, file);
    }

    /// <summary>The same with a configuration, which has it scrape one exporter.</summary>
    public static async Task<PrometheusServer> StartWith(Scratch scratch, string file)
    {
        string program = Repository.Existing("/usr/bin/prometheus", "install Debian's package prometheus (scripts/setup.sh does as root)");
        int port = ExporterProcess.FreePort();
        ProcessStartInfo start = new(program) { RedirectStandardError = true };
        start.ArgumentList.Add("--config.file=" + file);
        start.ArgumentList.Add("--storage.tsdb.path=" + scratch.PathOf("tsdb"));
        start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"));
        PrometheusServer server = new(Process.Start(start)!, port);
        try
        {
            await Eventually.True("Prometheus scrapes", server.HasScraped, server.LastLog);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> HasScraped()
    {
        Assert.False(_process.HasExited, "Prometheus ended.\n" + LastLog());
        try
        {
            // Until it has replayed its log it answers 503.
            using HttpResponseMessage ready = await _http.GetAsync(new Uri("/-/ready", UriKind.Relative));
            return ready.IsSuccessStatusCode && await Value("up") == 1;
        }
        catch (HttpRequestException)
        {
            return false; // not listening yet
        }
    }

    /// <summary>The answer to a query as label set and value.</summary>
    public async Task<IReadOnlyList<Series>> Query(string promQl)
    {
        Uri path = new("/api/v1/query?query=" + Uri.EscapeDataString(promQl), UriKind.Relative);
        using HttpResponseMessage answer = await _http.GetAsync(path);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{promQl}: {text}");
        using JsonDocument json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(Read).ToArray();
    }

    /// <summary>Rules that could not be judged, with what Prometheus says of them; and how many could.</summary>
    public async Task<(int Good, string[] Bad)> Rules()
    {
        using JsonDocument json = JsonDocument.Parse(await _http.GetStringAsync(new Uri("/api/v1/rules", UriKind.Relative)));
        JsonElement[] rules = [.. json.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray().SelectMany(static group => group.GetProperty("rules").EnumerateArray())];
        string[] bad = [.. rules.Where(static rule => rule.GetProperty("health").GetString() != "ok").Select(static rule => rule.ToString())];
        return (rules.Length - bad.Length, bad);
    }

    /// <summary>One value; null where the query finds nothing.</summary>
    public async Task<double?> Value(string promQl)
    {
        IReadOnlyList<Series> found = await Query(promQl);
        Assert.True(found.Count <= 1, $"{promQl} found {found.Count} series.");
        return found.Count == 0 ? null : found[0].Value;
    }

    private static Series Read(JsonElement result)
    {
        Dictionary<string, string> labels = result.GetProperty("metric").EnumerateObject()
            .ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal);
        string value = result.GetProperty("value")[1].GetString()!;
        return new Series(
            labels.GetValueOrDefault("__name__", ""), labels, double.Parse(value, CultureInfo.InvariantCulture), result.ToString());
    }

    private string LastLog()
    {
        lock (_log)
            return _log.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        Signals.Send(_process, Signals.Terminate);
        await _process.WaitForExitAsync().WaitAsync(Eventually.Patience);
        _http.Dispose();
        _process.Dispose();
    }
}
