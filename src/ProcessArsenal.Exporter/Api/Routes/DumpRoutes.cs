using System.Text.Json.Nodes;
using ProcessArsenal.Control;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Tracing.Heaps;

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

    private const int MostCompared = 20;

    private static readonly ApiParameter<string> Before = Name("before", "The earlier dump of type gcdump: its id."), After = Name("after", "The later one.");

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
        new()
        {
            Path = One + "/heap",
            Role = Role.Diagnose,
            Summary = "Says which types fill the heap of a dump of type gcdump, and who holds them",
            Parameters = [ArtifactRoutes.Id],
            Answer = ViewJson.Default.HeapReport,
            Handle = HeapAsync,
        },
        new()
        {
            Method = HttpMethods.Post,
            Path = Path + "/compare",
            Role = Role.Diagnose,
            Summary = "Says what grew between two dumps of type gcdump, and who holds what grew",
            Body = [Before, After],
            Answer = ViewJson.Default.HeapComparison,
            IsExpensive = true,
            Handle = CompareAsync,
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

    private static Task HeapAsync(ApiRequest request)
    {
        DumpRecord record = Find(request);
        HeapReport heap = request.Services.Control.Dumps.HeapOf(record)
            ?? throw new ProblemException(Problem.NotTraced($"What the heap of dump {record.Id} is made of is not known: it is of type {record.Type}{(record.IsDone ? "" : ", and is written still")}.", record.Action));
        return JsonAnswer.WriteAsync(request.Http, heap, ViewJson.Default.HeapReport);
    }

    private static async Task CompareAsync(ApiRequest request)
    {
        DumpRecord[] both = [.. ((ApiParameter<string>[])[Before, After]).Select(parameter =>
            Find(request, request.Get(parameter) ?? throw new ProblemException(Problem.InvalidParameter(parameter.Name, $"{parameter.Name} is needed: the id of a dump of type gcdump."))))];
        try
        {
            HeapComparison comparison = await request.Services.Control.Dumps.CompareAsync(both[0], both[1], MostCompared, request.Aborted);
            await JsonAnswer.WriteAsync(request.Http, comparison, ViewJson.Default.HeapComparison);
        }
        catch (HeapException e)
        {
            throw new ProblemException(Problem.NotTraced($"They can't be compared: {e.Message.TrimEnd('.')}.", null));
        }
    }

    private static ApiParameter<string> Name(string name, string help) => new(name, help, "an id, the number of an action", static text => text.Length is > 0 and <= 20 ? text : null) { Schema = Parameters.Text() };

    private static DumpRecord Find(ApiRequest request) => Find(request, request.Get(ArtifactRoutes.Id)!);

    private static DumpRecord Find(ApiRequest request, string id)
    {
        return request.Services.Control.Dumps.Find(id) ?? throw new ProblemException(Problem.NotFound($"There is no dump {Telemetry.Text.Quoting.Cap(id)}: GET {Path} lists those that are kept (artifacts.max_size, artifacts.max_age)."));
    }
}
