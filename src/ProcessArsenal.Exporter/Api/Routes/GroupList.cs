using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/groups</c>: groups, and what their members come to.</summary>
internal static class GroupList
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/groups",
        Role = Role.Viewer,
        Summary = "Lists groups of processes",
        Answer = ViewJson.Default.GroupListView,
        Handle = static request => JsonAnswer.WriteAsync(
            request.Http, request.Services.Look(static snapshot => new GroupListView(snapshot.Time, GroupView.Of(snapshot))), ViewJson.Default.GroupListView),
    };
}
