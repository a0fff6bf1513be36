using System.Text.Json.Nodes;
using ProcessArsenal.Control;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>/api/v1/dumps</c>: what processes have in their memory.</summary>
internal static class DumpRoutes
{
    private const string Path = "/api/v1/dumps", One = Path + "/{id}";

    private static readonly ApiParameter<ProcessName> Target = new("target", "Which process: an identity, or a pid, which means whoever has it now.", "an identity such as 4711-65123-ab12cd34, or a pid", ProcessName.Parse)
    {
        Schema = new JsonObject { ["type"] = new JsonArray("string", "integer") },
    };

    private static readonly ApiParameter<string> Type = Parameters.Choice(
        "type", $"What is written; usually {DumpOrder.UsualType}. {string.Join("; ", DumpOrder.Types.Select(static type => $"{type.Name}: {type.Help}"))}.", [.. DumpOrder.Types.Select(static type => type.Name)]);

    private static readonly ApiParameter<object> MaxFreeze = Parameters.Duration(
        "max_freeze", "How long the process may stand still: if it is expected to be longer nothing is done, and if it becomes longer it is let go, without a dump.", TimeSpan.FromMilliseconds(100), DumpOrder.LongestFreeze, DumpOrder.UsualMaxFreeze);

    public static readonly ApiRoute[] All =
    [
        new()
        {
            Method = HttpMethods.Post,
            Path = Path,
            Role = Role.Operate,
            Summary = "Writes what a process has in its memory into a file that is kept; answers when that is done",
            Body = [Target, Type, MaxFreeze, .. ActionBody.Common],
            Answer = ViewJson.Default.ActionResultView,
            Handle = MakeAsync,
        },
        new()
        {
            Path = Path,
            Role = Role.Diagnose,
            Summary = "Lists dumps, the latest first, with the one that is under way",
            Answer = ViewJson.Default.DumpListView,
            Handle = static request => JsonAnswer.WriteAsync(request.Http, new DumpListView([.. request.Services.Control.Dumps.List().Select(DumpView.Of)]), ViewJson.Default.DumpListView),
        },
        new()
        {
            Path = One,
            Role = Role.Diagnose,
            Summary = "Says how a dump stands",
            Parameters = [ArtifactRoutes.Id],
            Answer = ViewJson.Default.DumpView,
            Handle = static request => JsonAnswer.WriteAsync(request.Http, DumpView.Of(Find(request)), ViewJson.Default.DumpView),
        },
    ];

    private static async Task MakeAsync(ApiRequest request)
    {
        ProcessName name = request.Get(Target) ?? throw new ProblemException(Problem.InvalidParameter("target", "target is needed: the identity or the pid of the process to dump."));
        var order = new DumpOrder(request.Get(Type) ?? DumpOrder.UsualType) { MaxFreeze = request.Get(MaxFreeze) as TimeSpan? ?? DumpOrder.UsualMaxFreeze };
        ControlRequest action = ActionBody.Read(request, new DumpAction(request.Services.Control.Dumps, order), TargetSelection.Of(ActionBody.Resolve(request, name)), isPreview: false, maxTargets: 1);
        ControlResult result = await request.Services.Control.Pipeline.RunAsync(action, request.Aborted);
        TargetResult one = result.Targets[0];
        if (one.Outcome == OutcomeKind.Refused)
            throw new ProblemException(Problem.Refused($"dump of {one.Target.Identity} {(action.IsPreview ? "would be" : "is")} refused: {one.Reason?.TrimEnd('.')}.", one.Guard, one.Action));
        await JsonAnswer.WriteAsync(request.Http, ActionResultView.Of(one, result.IsRepeated), ViewJson.Default.ActionResultView);
    }

    private static DumpRecord Find(ApiRequest request)
    {
        string id = request.Get(ArtifactRoutes.Id)!;
        return request.Services.Control.Dumps.Find(id) ?? throw new ProblemException(Problem.NotFound($"There is no dump {Telemetry.Text.Quoting.Cap(id)}: GET {Path} lists those that are kept (artifacts.max_size, artifacts.max_age)."));
    }
}
