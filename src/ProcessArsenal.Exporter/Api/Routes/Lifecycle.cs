using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/lifecycle</c>: what began and ended of late.</summary>
internal static class Lifecycle
{
    private static readonly TimeSpan UsualWindow = TimeSpan.FromMinutes(10);

    private static readonly ApiParameter<object> Window = Parameters.Duration(
        "window", "How far back. The latest 8192 starts and exits are remembered; from says how far back they reach.", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), UsualWindow);

    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/lifecycle",
        Role = Role.Viewer,
        Summary = "Sums up starts and exits of processes",
        Parameters = [Window, Parameters.Group],
        Answer = ViewJson.Default.LifecycleView,
        Handle = static request => JsonAnswer.WriteAsync(request.Http, Look(request), ViewJson.Default.LifecycleView),
    };

    private static LifecycleView Look(ApiRequest request)
    {
        TimeSpan window = request.Get(Window) as TimeSpan? ?? UsualWindow;
        DateTimeOffset now = request.Services.Time.GetUtcNow();
        List<LifecycleEvent> events = request.Services.Sampler.Lifecycle.Since(now - window, out DateTimeOffset from);
        if (request.Get(Parameters.Group) is { } group) events.RemoveAll(happened => happened.Group != group);
        return LifecycleView.Of(events, from, now);
    }
}
