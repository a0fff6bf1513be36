using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/stats</c>: what the exporter has seen and done since it began, and what it costs.</summary>
internal static class StatsRoute
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/stats",
        Role = Role.Viewer,
        Summary = "Sums up what the exporter has seen and done since it began",
        Answer = ViewJson.Default.StatsView,
        Handle = static request => JsonAnswer.WriteAsync(request.Http, request.Services.Look(snapshot => StatsView.Of(snapshot, request.Services.Sampler.Lifecycle, request.Services.Time)), ViewJson.Default.StatsView),
    };
}
