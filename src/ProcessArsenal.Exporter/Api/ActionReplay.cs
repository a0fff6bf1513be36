using ProcessArsenal.Control;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Actions.Children;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Exporter.Api;

/// <summary>Asks every guard about an action of the ledger as if it were asked for now: a preview, of which nothing is done or recorded.</summary>
internal static class ActionReplay
{
    /// <returns>Null: it is none that is done to a process or a child, such as a verification.</returns>
    public static async Task<ReplayView?> AskAsync(ApiRequest request, ActionView entry)
    {
        ApiServices services = request.Services;
        SupervisedChild? child = ChildName.Parse(entry.Target) is { } name ? services.Supervision.Set?.Find(name) : null;
        if (ActionOf(entry, services, child) is not { } action) return null;
        TargetSelection selection;
        if (child is not null) selection = TargetSelection.OfChildren(child);
        else if (ProcessIdentity.TryParse(entry.Target, out ProcessIdentity identity)) selection = TargetSelection.Of(identity);
        else return new ReplayView(entry.Action, entry.Target, "whom it was about is not there any more");
        var caller = new AccessToken(entry.Caller ?? "-", Role.Operate, "", DateTimeOffset.UnixEpoch, null); // What he may do now is asked of him when he asks.
        try
        {
            ControlResult result = await services.Control.Pipeline.RunAsync(new ControlRequest(action, selection, caller, entry.Trigger) { Policy = entry.Policy, IsPreview = true, AsksAll = true }, request.Aborted);
            TargetResult one = result.Targets[0];
            return new ReplayView(entry.Action, entry.Target, one.Guard is { } guard ? $"refused by {guard}: {one.Reason}" : one.Reason ?? "it would be done") { Verdicts = one.Verdicts };
        }
        catch (ControlException e)
        {
            return new ReplayView(entry.Action, entry.Target, e.Message);
        }
    }

    private static ControlAction? ActionOf(ActionView entry, ApiServices services, SupervisedChild? child)
    {
        ControlService control = services.Control;
        string parameters = ActionView.Text(entry.Details, "parameters") ?? "";
        if (child is not null && entry.Action == "restart") return new RestartChildAction();
        return entry.Action switch
        {
            "kill" => new KillAction(),
            "stop" => new StopAction(StopAction.UsualTimeout, control.Restarts),
            "restart" => new RestartAction(control.Restarts, services.Supervision.OwnerOf),
            "suspend" => new SuspendAction(),
            "resume" => new ResumeAction(),
            "signal" => SignalNames.Parse(parameters) is int signal ? new SignalAction(signal) : null,
            "trace" => new TraceAction(control.Traces, new TraceOrder { For = [TraceOrder.Profile] }),
            "dump" => new DumpAction(control.Dumps, new DumpOrder(DumpOrder.Types.Select(static type => type.Name).FirstOrDefault(type => parameters.Split(' ')[0] == type) ?? DumpOrder.UsualType)),
            _ => null,
        };
    }
}
