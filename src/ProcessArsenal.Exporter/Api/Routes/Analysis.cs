using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Analysis.Reports;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/analysis</c>: all processes at once, and what is wrong.</summary>
internal static class Analysis
{
    private static readonly ApiParameter<string> Peers = Parameters.Choice("peers", "Whether to tell who is connected to whom too, which goes through all descriptors: false if not given.", "true", "false");

    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/analysis",
        Role = Role.Viewer,
        Summary = "Analyzes all processes: what they are and use, and what is wrong",
        Parameters = [Peers],
        Answer = ViewJson.Default.AnalysisReport,
        IsExpensive = true,
        Handle = HandleAsync,
    };

    private static async Task HandleAsync(ApiRequest request)
    {
        AnalysisReport report = request.Services.Look(snapshot => Analyst.Report(request.Services.EvidenceOf(snapshot), remembers: true));
        if (request.Get(Peers) == "true") report = report.WithPeers(await request.Services.Flows.PeersAsync(request.Aborted));
        await JsonAnswer.WriteAsync(request.Http, report, ViewJson.Default.AnalysisReport);
    }
}
