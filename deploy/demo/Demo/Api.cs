using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace ProcessArsenal.Demo;

/// <summary>What the demo asks of those whom it has started.</summary>
internal sealed class Api(Stage stage) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Asks again and again, until it is so.</summary>
    /// <exception cref="StoryException">It was not in time.</exception>
    public async Task UntilAsync(string what, Func<Task<bool>> ask, CancellationToken stop)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!await ask())
        {
            if (TimeProvider.System.GetElapsedTime(began) > stage.Settings.Patience) throw new StoryException(string.Create(CultureInfo.InvariantCulture, $"Not within {stage.Settings.Patience.TotalSeconds} s: {what}."));
            await Task.Delay(Pause, stop);
        }
    }

    public async Task<bool> AnswersAsync(Uri address)
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(address);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false; // Not listening yet.
        }
    }

    /// <summary>Of the exporter, as its administrator.</summary>
    public async Task<JsonElement> AskAsync(string path, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, stage.Address("control", path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Join(stage.State, "admin.token"))).Trim());
        return await SendAsync(request);
    }

    /// <summary>Alerts that fire in Prometheus, or are about to.</summary>
    public async Task<string?> InPrometheusAsync() => List(await GetAsync(stage.Address("prometheus", "/api/v1/alerts")), "data", "alerts").Select(static alert => alert.GetProperty("state").GetString()).FirstOrDefault();

    /// <summary>Whether an Alertmanager says that the alert fires.</summary>
    public async Task<bool> InAlertmanagerAsync(int number) => (await GetAsync(stage.Address($"alertmanager{number}", "/api/v2/alerts?active=true"))).EnumerateArray().Any(static alert => alert.GetProperty("labels").GetProperty("alertname").GetString() == "ProcessMemoryGrowing");

    /// <summary>Of the processes of the service, by the child that they are.</summary>
    public async Task<Dictionary<string, (string? Identity, int Pid, string State)>> ChildrenAsync()
    {
        JsonElement shop = (await AskAsync("/api/v1/supervisors")).GetProperty("supervisors").EnumerateArray().First(static one => one.GetProperty("kind").GetString() == "process-arsenal");
        return shop.GetProperty("children").EnumerateArray().ToDictionary(static child => child.GetProperty("name").GetString()!, static child =>
            (Text(child, "identity"), child.TryGetProperty("pid", out JsonElement pid) ? pid.GetInt32() : 0, Text(child, "state") ?? ""));
    }

    /// <summary>Resident memory by pid, in MiB.</summary>
    public async Task<Dictionary<int, double>> MemoryAsync() => List(await AskAsync("/api/v1/processes?where=" + Uri.EscapeDataString("group = \"shop-orders\"")), "processes")
        .Where(static one => one.TryGetProperty("memory", out _)).ToDictionary(static one => one.GetProperty("pid").GetInt32(), static one => one.GetProperty("memory").GetDouble() / 1024 / 1024);

    /// <summary>What was done for the alert, the first first.</summary>
    public async Task<JsonElement[]> ActionsAsync() => [.. List(await AskAsync("/api/v1/actions?limit=100"), "actions").Where(static one => Text(one, "policy") is not null).Reverse()];

    public async Task<JsonElement[]> IncidentsAsync() => [.. List(await AskAsync("/api/v1/alerts"), "incidents").Reverse()];

    /// <summary>A value of the metrics page; null if it is not there.</summary>
    public async Task<double?> MetricAsync(string series)
    {
        string page = await _http.GetStringAsync(stage.Address("metrics", "/metrics"));
        string? line = page.Split('\n').FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal));
        return line is null ? null : double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture);
    }

    public static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public void Dispose() => _http.Dispose();

    private static JsonElement.ArrayEnumerator List(JsonElement element, params string[] path) => path.Aggregate(element, static (at, name) => at.GetProperty(name)).EnumerateArray();

    private Task<JsonElement> GetAsync(Uri address) => SendAsync(new HttpRequestMessage(HttpMethod.Get, address));

    private async Task<JsonElement> SendAsync(HttpRequestMessage request)
    {
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request);
            string text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode) throw new StoryException($"{request.RequestUri} answered {(int)answer.StatusCode}: {text}");
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.Clone();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            throw new StoryException($"{request.RequestUri} does not answer: {e.Message}", e);
        }
    }
}
