using ProcessArsenal.Control;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>POST /api/v1/processes/{id}/...</c>: acts on one process.</summary>
internal static class ActionRoutes
{
    public static readonly ApiRoute[] All =
    [
        Of("stop", "Asks a process to end (SIGTERM), and ends it (SIGKILL) if it does not in time", static request => new StopAction(request.Get(ActionBody.Timeout) as TimeSpan? ?? StopAction.UsualTimeout), ActionBody.Timeout),
        Of("kill", "Ends a process (SIGKILL)", static _ => new KillAction()),
        Of("signal", "Sends a process a signal", static request => new SignalAction(request.Get(ActionBody.Signal) as int?
            ?? throw new ProblemException(Problem.InvalidParameter("signal", $"signal is needed: one of {string.Join(", ", SignalNames.Allowed.Keys)}."))), ActionBody.Signal),
        Of("suspend", "Stops a process where it is (SIGSTOP)", static _ => new SuspendAction()),
        Of("resume", "Lets a suspended process go on (SIGCONT)", static _ => new ResumeAction()),
    ];

    private static ApiRoute Of(string name, string summary, Func<ApiRequest, ControlAction> action, params ApiParameter[] body) => new()
    {
        Method = HttpMethods.Post,
        Path = $"/api/v1/processes/{{id}}/{name}",
        Role = Role.Operate,
        Summary = summary,
        Parameters = [Parameters.Id],
        Body = [.. body, .. ActionBody.Common],
        Answer = ViewJson.Default.ActionResultView,
        Handle = request => HandleAsync(request, action(request)),
    };

    private static async Task HandleAsync(ApiRequest request, ControlAction action)
    {
        var target = TargetSelection.Of(ActionBody.Resolve(request, request.Get(Parameters.Id)!));
        ControlResult result = await request.Services.Control.Pipeline.RunAsync(ActionBody.Read(request, action, target, isPreview: false, maxTargets: 1), request.Aborted);
        TargetResult one = result.Targets[0];
        if (one.Outcome == OutcomeKind.Refused)
            throw new ProblemException(Problem.Refused($"{action.Name} of {one.Target.Identity} is refused: {one.Reason?.TrimEnd('.')}.", one.Guard, one.Action));
        await JsonAnswer.WriteAsync(request.Http, ActionResultView.Of(one, result.IsRepeated), ViewJson.Default.ActionResultView);
    }
}
