using System.Globalization;

namespace ProcessArsenal.Tests;

/// <summary>A run of tests/targets/Web, which keeps accounts of its requests.</summary>
internal sealed class WebTarget : TargetProgram
{
    /// <summary>Without activities of its own: the tests may be listened to themselves, and what they send would say so.</summary>
    private readonly HttpClient _http = new(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { Timeout = TimeSpan.FromSeconds(20) };

    private WebTarget(string[] line)
        : base(line)
    {
    }

    /// <summary>Starts it on a runtime and waits until it is ready.</summary>
    /// <param name="framework">net8.0, net9.0 or net10.0.</param>
    public static Task<WebTarget> StartOn(string framework) => Ready(new WebTarget([.. Command("Web", framework), "--accounts"]));

    /// <summary>The same with loggers: it makes activities for itself, and passes traces on.</summary>
    public static Task<WebTarget> StartLoggingOn(string framework) => Ready(new WebTarget([.. Command("Web", framework), "--accounts", "--logging"]));

    /// <summary>The same on .NET 10 with an OpenTelemetry SDK of its own, which samples nothing but what its callers did.</summary>
    public static Task<WebTarget> StartWithSdk() => Ready(new WebTarget([.. Command("Web"), "--accounts", "--otel"]));

    /// <summary>The same, whose /ask asks the other, as a user with a password.</summary>
    public static Task<WebTarget> StartOn(string framework, WebTarget other) =>
        Ready(new WebTarget([.. Command("Web", framework), "--accounts", "--other", $"http://user:password@{other._http.BaseAddress!.Authority}"]));

    /// <summary>Where it listens.</summary>
    public Uri Address => _http.BaseAddress!;

    protected override void IsReady(string line)
    {
        Assert.StartsWith("ready ", line, StringComparison.Ordinal);
        _http.BaseAddress = new Uri("http://127.0.0.1:" + int.Parse(line["ready ".Length..], CultureInfo.InvariantCulture));
    }

    public override async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>Sends requests, one after the other.</summary>
    /// <param name="parent">The traceparent that they bring.</param>
    /// <param name="state">The tracestate.</param>
    public async Task Get(string path, int times, int status = 200, string? parent = null, string? state = null)
    {
        for (int i = 0; i < times; i++) Assert.Equal(status, await Ask(path, parent, state));
    }

    /// <summary>Sends a request, and gives the status of its answer.</summary>
    public async Task<int> Ask(string path, string? parent = null, string? state = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (parent is not null) request.Headers.Add("traceparent", parent);
        if (state is not null) request.Headers.Add("tracestate", state);
        using HttpResponseMessage answer = await _http.SendAsync(request);
        return (int)answer.StatusCode;
    }

    /// <summary>The traceparent that whom it asks gets from it.</summary>
    /// <param name="parent">What it gets itself; null for none.</param>
    public async Task<string> Passed(string? parent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "ask/traceparent");
        if (parent is not null) request.Headers.Add("traceparent", parent);
        using HttpResponseMessage answer = await _http.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>What it knows of itself.</summary>
    public async Task<WebReport> Report() => Read<WebReport>(await _http.GetStringAsync(new Uri("report", UriKind.Relative)));
}

/// <summary>What a web program knows of itself; requests for this are not in it.</summary>
/// <param name="Recorded">Requests whose activity was marked as recorded.</param>
/// <param name="Durations">What its http.server.request.duration has recorded.</param>
/// <param name="Collections">By generation, those of higher ones included.</param>
/// <param name="SpansExported">By its own SDK; so are the two that follow.</param>
/// <param name="PointsCollected">Of metrics, each as often as it was collected.</param>
/// <param name="DurationsCollected">What it has counted of http.server.request.duration.</param>
internal sealed record WebReport(
    int Pid, DateTime Started, long Requests, long Recorded, RouteCount[] Durations, int[] Collections, long SpansExported, long PointsCollected, long DurationsCollected)
{
    /// <summary>How many requests of a route ended with a status.</summary>
    public long Of(string route, int status) => Durations.Where(d => d.Route == route && d.Status == status).Sum(d => d.Count);
}

internal sealed record RouteCount(string Route, int Status, long Count);
