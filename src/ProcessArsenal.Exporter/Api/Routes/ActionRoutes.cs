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
    /// <summary>What can be done to a process. A new one is a line here.</summary>
    private static readonly (string Name, string Summary, Func<ApiRequest, ControlAction> Create, ApiParameter[] Body)[] Actions =
    [
        ("stop", "Asks a process to end (SIGTERM), and ends it (SIGKILL) if it does not in time", static request => new StopAction(TimeoutOf(request, StopAction.UsualTimeout, StopAction.LongestTimeout), request.Services.Control.Restarts), [ActionBody.Timeout, ActionBody.Evidence]),
        ("kill", "Ends a process (SIGKILL)", static _ => new KillAction(), [ActionBody.Evidence]),
        ("restart", "Has the owner of a process (supervisor of ours, systemd unit, container, pod) restart it", static request => new RestartAction(request.Services.Control.Restarts with { Timeout = TimeoutOf(request, RestartAction.UsualTimeout, RestartAction.LongestTimeout) }, request.Services.Supervision.OwnerOf), [ActionBody.Timeout, ActionBody.Evidence]),
        ("signal", "Sends a process a signal", static request => new SignalAction(request.Get(ActionBody.Signal) as int?
            ?? throw new ProblemException(Problem.InvalidParameter("signal", $"signal is needed: one of {string.Join(", ", SignalNames.Allowed.Keys)}."))), [ActionBody.Signal, ActionBody.Evidence]),
        ("suspend", "Stops a process where it is (SIGSTOP)", static _ => new SuspendAction(), []),
        ("resume", "Lets a suspended process go on (SIGCONT)", static _ => new ResumeAction(), []),
    ];

    public static readonly ApiRoute[] All = [.. Actions.Select(static one => Of(one.Name, one.Summary, one.Create, one.Body))];

    /// <summary>Those before which evidence is taken, if that is asked for.</summary>
    public static IEnumerable<string> WithEvidence => Actions.Where(static one => one.Body.Contains(ActionBody.Evidence)).Select(static one => one.Name);

    public static IEnumerable<string> Names => Actions.Select(static one => one.Name);

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ProblemException">What it is asked with is wrong.</exception>
    public static ControlAction Create(string name, ApiRequest request) => Array.Find(Actions, one => one.Name == name).Create(request);

    private static ApiRoute Of(string name, string summary, Func<ApiRequest, ControlAction> action, ApiParameter[] body) => new()
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

    private static TimeSpan TimeoutOf(ApiRequest request, TimeSpan usual, TimeSpan longest)
    {
        if (request.Get(ActionBody.Timeout) is not TimeSpan timeout) return usual;
        return timeout <= longest ? timeout : throw new ProblemException(Problem.InvalidParameter("timeout", $"timeout is {Configuration.Durations.Format(longest)} at most."));
    }

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
