using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>/api/v1/artifacts</c>: files that actions have left, of whatever kind.</summary>
internal static class ArtifactRoutes
{
    private const string Path = "/api/v1/artifacts", One = Path + "/{id}";

    public static readonly ApiRoute[] All =
    [
        new()
        {
            Path = Path,
            Role = Role.Diagnose,
            Summary = "Lists files that actions have left, the latest first",
            Answer = ViewJson.Default.ArtifactListView,
            Handle = static request => JsonAnswer.WriteAsync(request.Http, new ArtifactListView([.. request.Services.Control.Traces.List().Select(ArtifactView.Of)]), ViewJson.Default.ArtifactListView),
        },
        new()
        {
            Path = One,
            Role = Role.Diagnose,
            Summary = "Describes a file that an action has left",
            Parameters = [TraceRoutes.Id],
            Answer = ViewJson.Default.ArtifactView,
            Handle = static request => JsonAnswer.WriteAsync(request.Http, ArtifactView.Of(TraceRoutes.Find(request)), ViewJson.Default.ArtifactView),
        },
        new()
        {
            Path = One + "/download",
            Role = Role.Diagnose,
            Summary = "Gives a file that an action has left",
            Parameters = [TraceRoutes.Id],
            OtherMediaType = TraceRoutes.Octets,
            IsExpensive = true,
            Handle = TraceRoutes.DownloadFileAsync,
        },
    ];
}
