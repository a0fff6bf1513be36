using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Web;

/// <summary>What the program knows of its requests by itself: their number by a middleware, and what its instrument recorded by a listener inside of it.
/// Those for the report are not counted.</summary>
internal sealed class Accounts : IDisposable
{
    public const string ReportRoute = "/report";

    private readonly Meter _meter = new("Web.Requests");
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Route, int Status), long> _durations = new();
    private long _requests;
    private long _recorded;

    public Accounts()
    {
        _meter.CreateObservableCounter("web.requests", () => Requests);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "http.server.request.duration") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Count(tags));
        _listener.Start();
    }

    /// <summary>Requests that were answered.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Those whose activity is marked as recorded.</summary>
    public long Recorded => Interlocked.Read(ref _recorded);

    /// <summary>What http.server.request.duration has recorded: how many by route and status.</summary>
    public IEnumerable<RouteCount> Durations => _durations.Select(pair => new RouteCount(pair.Key.Route, pair.Key.Status, pair.Value));

    /// <summary>The middleware.</summary>
    public async Task Keep(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        finally
        {
            if (context.Request.Path != ReportRoute)
            {
                Interlocked.Increment(ref _requests);
                if (Activity.Current is { Recorded: true }) Interlocked.Increment(ref _recorded);
            }
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meter.Dispose();
    }

    private void Count(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        (string route, int status) = ("", 0);
        foreach ((string name, object? value) in tags)
        {
            if (name == "http.route") route = (string)value!;
            if (name == "http.response.status_code") status = (int)value!;
        }
        if (route != ReportRoute) _durations.AddOrUpdate((route, status), 1, (_, count) => count + 1);
    }
}

/// <summary>How many requests of a route ended with a status.</summary>
internal sealed record RouteCount(string Route, int Status, long Count);
