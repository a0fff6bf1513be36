using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Analysis.Reports;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/analysis</c>: all processes at once, and what is wrong.</summary>
internal static class Analysis
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/analysis",
        Role = Role.Viewer,
        Summary = "Analyzes all processes: what they are and use, and what is wrong",
        Answer = ViewJson.Default.AnalysisReport,
        Handle = static request => JsonAnswer.WriteAsync(request.Http, request.Services.Look(snapshot => Look(request.Services, snapshot)), ViewJson.Default.AnalysisReport),
    };

    private static AnalysisReport Look(ApiServices services, Snapshot snapshot)
    {
        List<LifecycleEvent> events = services.Sampler.Lifecycle.Since(snapshot.Time - Evidence.Window, out DateTimeOffset since);
        return Analyst.Report(new Evidence(snapshot, events, since), remembers: true);
    }
}
