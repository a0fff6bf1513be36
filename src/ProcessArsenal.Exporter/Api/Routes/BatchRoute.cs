using System.Text.Json.Nodes;
using ProcessArsenal.Control;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>POST /api/v1/batch</c>: acts on several processes, those named or those that a condition selects, or on supervised children; a preview unless it is confirmed.</summary>
internal static class BatchRoute
{
    private const int UsualMost = 10;

    private static readonly ApiParameter<string> Action = Parameters.Choice("action", "What to do.", [.. ActionRoutes.Names, "start"]);

    private static readonly ApiList<ProcessName> Targets = new(
        "targets", "To whom: identities, or pids, which mean whoever has them now.",
        new ApiParameter<ProcessName>("targets", "", "identities such as 4711-65123-ab12cd34, or pids", ProcessName.Parse) { Schema = Parameters.Text() }, ControlPipeline.MostTargets)
    {
        Schema = new JsonObject { ["type"] = "array", ["minItems"] = 1, ["maxItems"] = ControlPipeline.MostTargets, ["items"] = new JsonObject { ["type"] = new JsonArray("string", "integer") } },
    };

    private static readonly ApiParameter<object> Confirm = Parameters.Flag("confirm", "Do it; else it is only said what would be done.");

    private static readonly ApiParameter<object> MaxTargets = Parameters.Number("max_targets", "If more are meant, nothing is done to any.", 1, ControlPipeline.MostTargets, UsualMost);

    public static readonly ApiRoute Route = new()
    {
        Method = HttpMethods.Post,
        Path = "/api/v1/batch",
        Role = Role.Operate,
        Summary = "Acts on several processes; a preview unless it is confirmed",
        Body = [Action, Targets, Parameters.Where, ChildParameters.Children, Confirm, MaxTargets, ActionBody.Timeout, ActionBody.Signal, ActionBody.Evidence, ChildParameters.Reset, .. ActionBody.Common],
        Answer = ViewJson.Default.BatchView,
        IsExpensive = true,
        Handle = HandleAsync,
    };

    private static async Task HandleAsync(ApiRequest request)
    {
        var missing = new List<int>();
        TargetSelection selection = SelectionOf(request, missing);
        bool isPreview = request.Get(Confirm) is not true;
        int most = request.Get(MaxTargets) as int? ?? UsualMost;
        ControlResult result = await request.Services.Control.Pipeline.RunAsync(ActionBody.Read(request, ActionOf(request), selection, isPreview, most), request.Aborted);
        await JsonAnswer.WriteAsync(request.Http, BatchView.Of(result, missing), ViewJson.Default.BatchView);
    }

    /// <param name="missing">Pids that nobody has are added to it.</param>
    private static TargetSelection SelectionOf(ApiRequest request, List<int> missing)
    {
        ProcessName[]? names = request.Get(Targets);
        Expression? where = request.Get(Parameters.Where);
        ChildName[]? children = request.Get(ChildParameters.Children);
        if (((object?[])[names, where, children]).Count(static given => given is not null) != 1) throw new ProblemException(Problem.InvalidParameter("targets", "Say whom: either targets, or where, or children."));
        if (children?.Length == 0) throw new ProblemException(Problem.InvalidParameter("children", "children is empty, so nobody is meant: name at least one."));
        if (children is not null) return TargetSelection.OfChildren([.. children.Select(name => ChildParameters.Find(request, name))]);
        if (where is not null) return request.Services.Look(_ => TargetSelection.Of(where)); // Of a fresh sample alone.
        if (names!.Length == 0) throw new ProblemException(Problem.InvalidParameter("targets", "targets is empty, so nobody is meant: name at least one."));
        var identities = new List<ProcessIdentity>();
        foreach (ProcessName name in names)
        {
            if (ActionBody.Identify(request, name) is { } identity) identities.Add(identity);
            else missing.Add(name.Pid);
        }
        return TargetSelection.Of(identities);
    }

    private static ControlAction ActionOf(ApiRequest request)
    {
        string action = request.Get(Action) ?? throw new ProblemException(Problem.InvalidParameter("action", $"action is needed: one of {string.Join(", ", ActionRoutes.Names)}, start."));
        bool isOfChildren = request.Get(ChildParameters.Children) is not null;
        if (request.Get(ChildParameters.Reset) is not null && action != "start") throw new ProblemException(Problem.InvalidParameter("reset", $"reset belongs to start, not to {action}."));
        if (request.Get(ActionBody.Timeout) is not null && isOfChildren) throw new ProblemException(Problem.InvalidParameter("timeout", "Children have a stop_timeout of their own: leave timeout out."));
        if (request.Get(ActionBody.Timeout) is not null && action is not ("stop" or "restart")) throw new ProblemException(Problem.InvalidParameter("timeout", $"timeout belongs to stop and restart, not to {action}."));
        if (request.Get(ActionBody.Signal) is not null && action != "signal") throw new ProblemException(Problem.InvalidParameter("signal", $"signal belongs to the action signal, not to {action}."));
        if (request.Get(ActionBody.Evidence) is not null && !ActionRoutes.WithEvidence.Contains(action)) throw new ProblemException(Problem.InvalidParameter("evidence", $"evidence belongs to {string.Join(", ", ActionRoutes.WithEvidence)}, not to {action}."));
        if (isOfChildren) return ChildParameters.ActionOf(request, action) ?? throw new ProblemException(Problem.InvalidParameter("action", $"{action} is for processes, not for children: those are started, stopped and restarted."));
        return action != "start" ? ActionRoutes.Create(action, request) : throw new ProblemException(Problem.InvalidParameter("action", "start is for supervised children: name them in children."));
    }
}
