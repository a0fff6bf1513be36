using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Analysis.Health;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/health</c>: which processes are fit for work, and why others are not.</summary>
internal static class HealthRoute
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/health",
        Role = Role.Viewer,
        Summary = "Says which processes are healthy, by group",
        Answer = ViewJson.Default.HealthReport,
        Handle = static request => JsonAnswer.WriteAsync(request.Http, request.Services.Look(snapshot => HealthReport.Of(request.Services.EvidenceOf(snapshot))), ViewJson.Default.HealthReport),
    };
}
