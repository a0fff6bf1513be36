using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Tracing.Events;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/traces/{id}/events</c>: the events of a recording, a page at a time; or, to who accepts text/event-stream, all of them as they come, until it
/// has ended (HTML standard, section 9.2). Who comes back with Last-Event-ID goes on where it was.</summary>
internal static class TraceEventsRoute
{
    private const int UsualLimit = 100, MostAtOnce = 1000;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15), Beginning = TimeSpan.FromSeconds(1);

    private static readonly ApiParameter<object> After = Parameters.Long("after", "Number of the last event that is known: next of the page before; 0 for the first.", 0, long.MaxValue, 0);

    private static readonly ApiParameter<object> Limit = Parameters.Number("limit", "Events of a page.", 1, MostAtOnce, UsualLimit);

    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/traces/{id}/events",
        Role = Role.Diagnose,
        Summary = "Shows the events of a recording, a page at a time, or as they come",
        Parameters = [TraceRoutes.Id, .. EventFilterParameters.All, After, Limit],
        Answer = ViewJson.Default.EventPage,
        OtherMediaType = ApiRoute.EventStream,
        IsStreamIfAccepted = true,
        IsExpensive = true,
        Handle = static request => request.IsStream ? StreamAsync(request) : PageAsync(request),
    };

    private static async Task PageAsync(ApiRequest request)
    {
        TraceRecord record = Find(request);
        EventPage page = await TraceRoutes.ReadAsync(record, () => request.Services.Control.Traces.Reading.EventsAsync(
            record, Filter(request, record), request.Get(After) as long? ?? 0, request.Get(Limit) as int? ?? UsualLimit, request.Aborted));
        await JsonAnswer.WriteAsync(request.Http, page, ViewJson.Default.EventPage);
    }

    private static async Task StreamAsync(ApiRequest request)
    {
        TraceRecord record = Find(request);
        if (request.Get(EventFilterParameters.Method) is not null)
            throw new ProblemException(Problem.InvalidParameter("method", "method is for pages: what methods are called is told only at the end of a recording."));
        EventFilter filter = Filter(request, record);
        HttpResponse response = request.Http.Response;
        response.ContentType = ApiRoute.EventStream;
        if (HttpMethods.IsHead(request.Http.Request.Method)) return;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted);
        IAsyncEnumerator<RecordedEvent> each = request.Services.Control.Traces.Reading.TailAsync(record, filter, Begin(request), stop.Token).GetAsyncEnumerator(stop.Token);
        Task<bool> next = each.MoveNextAsync().AsTask();
        try
        {
            await Task.WhenAny(next, Task.Delay(Beginning, request.Services.Time, request.Aborted)); // Once something is sent, what goes wrong can't be told any more.
            if (next.Exception?.InnerException is TailsBusyException busy) throw new ProblemException(Problem.TooManyRequests(busy.Message, 10));
            if (next.IsFaulted) await TraceRoutes.ReadAsync(record, () => next);
            await response.WriteAsync($": events of recording {record.Id}\n\n", request.Aborted);
            for (; await IsThereAsync(next, request); next = each.MoveNextAsync().AsTask())
            {
                string json = JsonSerializer.Serialize(each.Current, ViewJson.OneLine.RecordedEvent);
                await response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {each.Current.Number}\ndata: {json}\n\n"), request.Aborted);
            }
            await EndAsync(request, request.Services.Control.Traces.Find(record.Id) ?? record);
        }
        catch (OperationCanceledException) when (response.HasStarted && !request.HungUp.IsCancellationRequested)
        {
            // We end, and every recording with us: this one is about to.
            TraceRecord now = request.Services.Control.Traces.Find(record.Id) ?? record;
            await EndAsync(request, now.State == TraceState.Done ? now : now with { Ended = "shutdown" });
        }
        finally
        {
            // It can't be disposed while the next one is awaited, and keeps its place until it is.
            await stop.CancelAsync();
            await next.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            await each.DisposeAsync();
        }
    }

    private static Task EndAsync(ApiRequest request, TraceRecord record) =>
        request.Http.Response.WriteAsync($"event: end\ndata: {JsonSerializer.Serialize(record, ViewJson.OneLine.TraceRecord)}\n\n", request.HungUp);

    /// <summary>Waits for the next one, and says meanwhile that we are still here.</summary>
    private static async Task<bool> IsThereAsync(Task<bool> next, ApiRequest request)
    {
        while (!next.IsCompleted)
        {
            await request.Http.Response.Body.FlushAsync(request.Aborted);
            if (await Task.WhenAny(next, Task.Delay(Heartbeat, request.Services.Time, request.Aborted)) != next && !request.Aborted.IsCancellationRequested)
                await request.Http.Response.WriteAsync(": still here\n\n", request.Aborted);
        }
        return await next;
    }

    /// <exception cref="ProblemException">There is none, or its file is not as it was written.</exception>
    private static TraceRecord Find(ApiRequest request) => TraceRoutes.Find(request) is { State: TraceState.Recording } running ? running : TraceRoutes.Whole(request);

    private static EventFilter Filter(ApiRequest request, TraceRecord record) => EventFilterParameters.Read(request).Or(record.Filters?.ToFilter());

    private static long Begin(ApiRequest request) =>
        long.TryParse(request.Http.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out long known) ? known : request.Get(After) as long? ?? 0;
}
