using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/supervisors</c>: who starts whom again.</summary>
internal static class SupervisorList
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/supervisors",
        Role = Role.Viewer,
        Summary = "Lists who starts processes again when they end, our own supervisors first",
        Answer = ViewJson.Default.SupervisorListView,
        Handle = static request => JsonAnswer.WriteAsync(
            request.Http, request.Services.Look(snapshot => SupervisorListView.Of(snapshot, request.Services.Supervision.Set) with { Trouble = request.Services.Supervision.Trouble }), ViewJson.Default.SupervisorListView),
    };
}
