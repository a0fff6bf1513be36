using System.Diagnostics;
using System.Globalization;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Actions.Children;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Policies.Machine;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Policies.Running;

/// <summary>Carries out what policies decide: through the pipeline, as everybody else does.</summary>
internal sealed class PolicyHands(PolicyTools tools)
{
    private const string CallerPrefix = "policy:";

    private static readonly TimeSpan TraceLook = TimeSpan.FromMilliseconds(200), TracePatience = TimeSpan.FromSeconds(10);

    /// <summary>As whom a policy acts: never as more than an operator.</summary>
    public static AccessToken CallerOf(string policy) => new(CallerPrefix + policy, Role.Operate, "", DateTimeOffset.UnixEpoch, null);

    /// <summary>Carries out one step, and waits for its end.</summary>
    /// <param name="identity">Of the process that is meant now.</param>
    public async Task<StepFinished> RunAsync(BeginStep begin, Policy policy, string identity, CancellationToken cancellation)
    {
        PolicyRun run = begin.Run;
        using Activity? span = ControlTrace.Step(begin.Policy, begin.Step.Name, run);
        try
        {
            if (RequestOf(begin, policy, identity) is not { } request) return new StepFinished(run.Id, StepOutcome.Refused, "its target is not there any more");
            ControlResult result = await tools.Pipeline().RunAsync(request, cancellation).ConfigureAwait(false);
            if (result.Targets.Count == 0) return new StepFinished(run.Id, StepOutcome.Refused, "nobody is meant any more");
            TargetResult one = result.Targets[0];
            // Carried out by a run of ours before this one: it counts, and is not done again.
            if (result.IsRepeated) return new StepFinished(run.Id, one.Outcome is OutcomeKind.Refused ? StepOutcome.Refused : StepOutcome.Done, $"it was carried out before: {one.Reason}");
            if (one.Outcome == OutcomeKind.Succeeded && begin.Step is TraceStep or ProfileStep) await WaitForTraceAsync(one.Action, DurationOf(begin.Step), cancellation).ConfigureAwait(false);
            return new StepFinished(run.Id, OutcomeOf(one.Outcome), one.Guard is { } guard ? $"{guard}: {one.Reason}" : one.Reason ?? "");
        }
        catch (ControlException e)
        {
            return new StepFinished(run.Id, StepOutcome.Refused, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new StepFinished(run.Id, StepOutcome.Failed, e.Message);
        }
    }

    /// <summary>What the guards would say to a step; nothing is done, and nothing recorded.</summary>
    public async Task<string> AskAsync(Policy policy, PolicyStep step, string key, string identity, CancellationToken cancellation)
    {
        var run = new PolicyRun("", "", key, identity, null, "", default);
        try
        {
            if (RequestOf(new BeginStep(policy.Name, run, step, false), policy, identity) is not { } request) return "its target is not there any more";
            ControlResult result = await tools.Pipeline().RunAsync(request with { IsPreview = true, Key = null }, cancellation).ConfigureAwait(false);
            return result.Targets is [{ } one, ..] ? one.Guard is { } guard ? $"{guard}: {one.Reason}" : one.Reason ?? "it would be done" : "nobody is meant";
        }
        catch (ControlException e)
        {
            return e.Message;
        }
    }

    private ControlRequest? RequestOf(BeginStep begin, Policy policy, string identity)
    {
        PolicyRun run = begin.Run;
        SupervisedChild? child = run.Key.StartsWith(PolicyEyes.Child, StringComparison.Ordinal) && ChildName.Parse(run.Key[PolicyEyes.Child.Length..]) is { } name ? tools.Child(name) : null;
        TargetSelection selection;
        if (child is not null && begin.Step is RestartStep) selection = TargetSelection.OfChildren(child);
        else if (ProcessIdentity.TryParse(identity, out ProcessIdentity process)) selection = TargetSelection.Of(process);
        else return null;
        string what = string.Create(CultureInfo.InvariantCulture, $"{run.Id}/{(begin.IsEscalation ? $"escalation {run.Escalated}" : $"step {run.Step + 1}")}");
        return new ControlRequest(ActionOf(begin.Step, child), selection, CallerOf(policy.Name), run.Incident is null ? "policy" : "alert")
        {
            Policy = policy.Name,
            Reason = run.Incident is { } incident ? $"{what} ({begin.Step.Name}), by alert {incident}" : $"{what} ({begin.Step.Name}), as {policy.When}",
            TraceId = run.TraceId.Length > 0 ? run.TraceId : null,
            // A run has a number that is never given again: so even an end of ours in between does nothing twice.
            Key = new IdempotencyKey(CallerPrefix + policy.Name, what, what),
            Limits = new ControlLimits { MaxTargets = 1, MinHealthy = begin.Step.IsHarmful ? policy.Limits.MinHealthy : 0, MinUptime = run.Harms > 1 ? TimeSpan.Zero : policy.Limits.MinUptime },
        };
    }

    private ControlAction ActionOf(PolicyStep step, SupervisedChild? child) => step switch
    {
        TraceStep trace => new TraceAction(tools.Traces, new TraceOrder { For = [trace.Preset], Duration = trace.Duration }),
        ProfileStep profile => new TraceAction(tools.Traces, new TraceOrder { For = ["cpu"], Duration = profile.Duration }),
        RestartStep when child is not null => new RestartChildAction(),
        RestartStep restart => new RestartAction(tools.Restarts with { Timeout = restart.Timeout }, tools.OwnerOf),
        StopStep stop => new StopAction(stop.Timeout, tools.Restarts),
        KillStep => new KillAction(),
        SignalStep signal => new SignalAction(signal.Signal),
        _ => throw new InvalidOperationException($"{step.Name} is no action"),
    };

    /// <summary>It is done when it has ended: what comes next may end the process.</summary>
    private async Task WaitForTraceAsync(long? action, TimeSpan duration, CancellationToken cancellation)
    {
        if (action is not { } number) return;
        string id = number.ToString(CultureInfo.InvariantCulture);
        long began = tools.Time.GetTimestamp();
        while (tools.Traces.Find(id) is { State: TraceState.Recording } && tools.Time.GetElapsedTime(began) < duration + TracePatience)
            await Task.Delay(TraceLook, tools.Time, cancellation).ConfigureAwait(false);
    }

    private static TimeSpan DurationOf(PolicyStep step) => step is TraceStep trace ? trace.Duration : ((ProfileStep)step).Duration;

    private static StepOutcome OutcomeOf(OutcomeKind? outcome) => outcome switch
    {
        OutcomeKind.Succeeded => StepOutcome.Done,
        OutcomeKind.Refused or OutcomeKind.NotDone or OutcomeKind.Cancelled => StepOutcome.Refused,
        _ => StepOutcome.Failed,
    };
}
