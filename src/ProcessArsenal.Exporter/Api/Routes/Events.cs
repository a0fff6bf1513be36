using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/events</c>: starts and exits as they come to be known, as server-sent events (HTML standard, section 9.2). Who comes back with
/// Last-Event-ID misses nothing that is still remembered, and is told how much is not.</summary>
internal static class Events
{
    private const int MostAtOnce = 500;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private static readonly ApiParameter<object> Since = Parameters.Number("since", "The id of the last event that is known; 0 for all that are remembered. Default: only new ones.", 0, int.MaxValue, 0);

    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/events",
        Role = Role.Viewer,
        Summary = "Follows starts and exits of processes as server-sent events",
        Parameters = [Since, Parameters.Group],
        Answer = ViewJson.Default.LifecycleEventView,
        OtherMediaType = ApiRoute.EventStream,
        IsStream = true,
        Handle = HandleAsync,
    };

    private static async Task HandleAsync(ApiRequest request)
    {
        LifecycleLog log = request.Services.Sampler.Lifecycle;
        HttpResponse response = request.Http.Response;
        response.ContentType = ApiRoute.EventStream;
        if (HttpMethods.IsHead(request.Http.Request.Method)) return;
        long last = Begin(request) ?? log.Last;
        await response.WriteAsync(": starts and exits of processes\n\n", request.Aborted);
        if (last > log.Last)
        {
            // They were of a program that ran before this one, whose numbers begin again.
            await response.WriteAsync("event: lost\ndata: {\"restarted\": true}\n\n", request.Aborted);
            last = 0;
        }
        string? group = request.Get(Parameters.Group);
        var events = new List<LifecycleEvent>();
        while (true)
        {
            events.Clear();
            long lost = log.Read(last, events, MostAtOnce);
            if (lost > 0) await response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"event: lost\ndata: {{\"events\": {lost}}}\n\n"), request.Aborted);
            foreach (LifecycleEvent happened in events)
            {
                last = happened.Id;
                if (group is not null && happened.Group != group) continue;
                LifecycleEventView view = LifecycleEventView.Of(happened);
                string json = JsonSerializer.Serialize(view, ViewJson.OneLine.LifecycleEventView);
                await response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {view.Id}\nevent: {view.Type}\ndata: {json}\n\n"), request.Aborted);
            }
            await response.Body.FlushAsync(request.Aborted);
            if (events.Count == MostAtOnce) continue;
            try
            {
                await log.WaitAsync(last, request.Aborted).WaitAsync(Heartbeat, request.Services.Time, request.Aborted);
            }
            catch (TimeoutException)
            {
                await response.WriteAsync(": still here\n\n", request.Aborted); // Or whoever is in between would take it for dead.
            }
        }
    }

    private static long? Begin(ApiRequest request)
    {
        string? header = request.Http.Request.Headers["Last-Event-ID"];
        if (long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out long known)) return known;
        return request.Get(Since) as int?;
    }
}
