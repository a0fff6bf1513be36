using System.Text.Json.Nodes;
using ProcessArsenal.Control;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>POST /api/v1/snapshots</c>: keeps what is known of a process, and does nothing to it. The bundle is one of <see cref="ArtifactRoutes"/>.</summary>
internal static class SnapshotRoute
{
    private static readonly ApiParameter<ProcessName> Target = new("target", "Which process: an identity, also of one that has ended not long ago, or a pid, which means whoever has it now.", "an identity such as 4711-65123-ab12cd34, or a pid", ProcessName.Parse)
    {
        Schema = new JsonObject { ["type"] = new JsonArray("string", "integer") },
    };

    public static readonly ApiRoute Route = new()
    {
        Method = HttpMethods.Post,
        Path = "/api/v1/snapshots",
        Role = Role.Diagnose,
        Summary = "Keeps what is known of a process (evidence) as an artifact; answers when that is done",
        Body = [Target, .. ActionBody.Common],
        Answer = ViewJson.Default.ActionResultView,
        Handle = TakeAsync,
    };

    private static async Task TakeAsync(ApiRequest request)
    {
        ProcessName name = request.Get(Target) ?? throw new ProblemException(Problem.InvalidParameter("target", "target is needed: the identity or the pid of the process."));
        ControlRequest action = ActionBody.Read(request, new SnapshotAction(request.Services.Control.Evidence), TargetSelection.Of(ActionBody.Resolve(request, name)), isPreview: false, maxTargets: 1);
        ControlResult result = await request.Services.Control.Pipeline.RunAsync(action, request.Aborted);
        TargetResult one = result.Targets[0];
        if (one.Outcome == OutcomeKind.Refused)
            throw new ProblemException(Problem.Refused($"snapshot of {one.Target.Identity} {(action.IsPreview ? "would be" : "is")} refused: {one.Reason?.TrimEnd('.')}.", one.Guard, one.Action));
        await JsonAnswer.WriteAsync(request.Http, ActionResultView.Of(one, result.IsRepeated), ViewJson.Default.ActionResultView);
    }
}
