using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Actions.Children;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Policies.Machine;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Policies.Running;

/// <summary>Carries out what policies decide: through the pipeline, as everybody else does.</summary>
internal sealed class PolicyHands(PolicyTools tools, PolicyAlerts alerts)
{
    /// <summary>Guards that are about what a step takes of the target and of the host for a while: without what only records, the rest is done.</summary>
    private static readonly string[] OfBurden = [MemoryDumps.Guard, MemoryDumps.OneAtATime, "disk_headroom", "memory_headroom", "freeze"];

    private const string CallerPrefix = "policy:";

    /// <summary>How long evidence of a process is the latest: an escalation soon after takes none again.</summary>
    internal static readonly TimeSpan EvidenceLasts = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan TraceLook = TimeSpan.FromMilliseconds(200), TracePatience = TimeSpan.FromSeconds(10);

    /// <summary>When evidence was taken last, by run and process.</summary>
    private readonly ConcurrentDictionary<(string Run, ProcessIdentity Process), long> _taken = new();

    /// <summary>As whom a policy acts: never as more than an operator.</summary>
    public static AccessToken CallerOf(string policy) => new(CallerPrefix + policy, Role.Operate, "", DateTimeOffset.UnixEpoch, null);

    /// <summary>Carries out one step, and waits for its end.</summary>
    /// <param name="identity">Of the process that is meant now.</param>
    /// <param name="look">What the latest sample says of it; null: nothing.</param>
    /// <param name="about">Whom it is about: the same, or one that has ended, and whose owner has <paramref name="identity"/> too.</param>
    public async Task<StepFinished> RunAsync(BeginStep begin, Policy policy, string identity, TargetLook? look, string about, CancellationToken cancellation)
    {
        PolicyRun run = begin.Run;
        using Activity? span = ControlTrace.Step(begin.Policy, begin.Step.Name, run);
        try
        {
            if (begin.Step is AlertStep) return await alerts.RaiseAsync(begin, policy, look, KeyOf(begin, policy), IntentOf(begin, policy)).ConfigureAwait(false);
            if (RequestOf(begin, policy, identity) is not { } request) return new StepFinished(run.Id, StepOutcome.Refused, "its target is not there any more");
            if (ProcessIdentity.TryParse(about, out ProcessIdentity subject) && WantsEvidence(run, begin.Step, subject)) request = request with { Evidence = tools.Evidence!.Options.Budget, EvidenceOf = subject };
            ControlResult result = await tools.Pipeline().RunAsync(request, cancellation).ConfigureAwait(false);
            if (result.Targets.Count == 0) return new StepFinished(run.Id, StepOutcome.Refused, "nobody is meant any more");
            TargetResult one = result.Targets[0];
            if (one.Evidence?.Artifact is not null) _taken[(run.Id, subject)] = tools.Time.GetTimestamp();
            // Carried out by a run of ours before this one: it counts, and is not done again.
            if (result.IsRepeated) return new StepFinished(run.Id, one.Outcome is OutcomeKind.Refused ? StepOutcome.Refused : StepOutcome.Done, $"it was carried out before: {one.Reason}");
            if (one.Outcome == OutcomeKind.Succeeded && begin.Step is TraceStep or ProfileStep) await WaitForTraceAsync(one.Action, DurationOf(begin.Step), cancellation).ConfigureAwait(false);
            bool isSkipped = one.Outcome == OutcomeKind.Refused && begin.Step is DumpStep && OfBurden.Contains(one.Guard);
            return new StepFinished(run.Id, isSkipped ? StepOutcome.Skipped : OutcomeOf(one.Outcome), one.Guard is { } guard ? $"{guard}: {one.Reason}" : one.Reason ?? "");
        }
        catch (Exception e) when (e is ControlException or LedgerException)
        {
            return new StepFinished(run.Id, StepOutcome.Refused, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new StepFinished(run.Id, StepOutcome.Failed, e.Message);
        }
    }

    /// <summary>What the guards would say to a step; nothing is done, and nothing recorded.</summary>
    /// <returns>In one sentence, and what each says.</returns>
    public async Task<(string Said, IReadOnlyList<GuardVerdict> Verdicts)> AskAsync(Policy policy, PolicyStep step, string key, string identity, CancellationToken cancellation)
    {
        if (step is AlertStep alert) return (alerts.Ask(alert), []);
        var run = new PolicyRun("", "", key, identity, null, "", default);
        try
        {
            if (RequestOf(new BeginStep(policy.Name, run, step, false), policy, identity) is not { } request) return ("its target is not there any more", []);
            ControlResult result = await tools.Pipeline().RunAsync(request with { IsPreview = true, AsksAll = true, Key = null }, cancellation).ConfigureAwait(false);
            return result.Targets is [{ } one, ..] ? (one.Guard is { } guard ? $"{guard}: {one.Reason}" : one.Reason ?? "it would be done", one.Verdicts) : ("nobody is meant", []);
        }
        catch (ControlException e)
        {
            return (e.Message, []);
        }
    }

    private bool WantsEvidence(PolicyRun run, PolicyStep step, ProcessIdentity subject)
    {
        foreach (((string, ProcessIdentity) key, long taken) in _taken)
            if (tools.Time.GetElapsedTime(taken) > EvidenceLasts) _taken.TryRemove(key, out _);
        return step.IsHarmful && tools.Evidence is { Options.BeforePolicies: true } && !_taken.ContainsKey((run.Id, subject));
    }

    private ControlRequest? RequestOf(BeginStep begin, Policy policy, string identity)
    {
        PolicyRun run = begin.Run;
        SupervisedChild? child = run.Key.StartsWith(PolicyEyes.Child, StringComparison.Ordinal) && ChildName.Parse(run.Key[PolicyEyes.Child.Length..]) is { } name ? tools.Child(name) : null;
        TargetSelection selection;
        if (child is not null && begin.Step is RestartStep) selection = TargetSelection.OfChildren(child);
        else if (ProcessIdentity.TryParse(identity, out ProcessIdentity process)) selection = TargetSelection.Of(process);
        else return null;
        return new ControlRequest(ActionOf(begin.Step, child), selection, CallerOf(policy.Name), TriggerOf(run))
        {
            Policy = policy.Name,
            Run = run.Id.Length > 0 ? run.Id : null,
            Incident = run.Incident,
            Reason = ReasonOf(begin, policy),
            TraceId = TraceIdOf(run),
            Key = KeyOf(begin, policy),
            // One that stands still is not fit for work either.
            Limits = new ControlLimits { MaxTargets = 1, MinHealthy = begin.Step.IsHarmful || begin.Step is DumpStep ? policy.Limits.MinHealthy : 0, MinUptime = run.Harms > 1 ? TimeSpan.Zero : policy.Limits.MinUptime },
        };
    }

    private Intent IntentOf(BeginStep begin, Policy policy)
    {
        DateTimeOffset now = tools.Time.GetUtcNow();
        return new Intent(begin.Step.Name, begin.Run.Target, TriggerOf(begin.Run), now, now) { Policy = policy.Name, Caller = CallerOf(policy.Name).Name, Reason = ReasonOf(begin, policy), TraceId = TraceIdOf(begin.Run) };
    }

    private static string What(BeginStep begin) => string.Create(CultureInfo.InvariantCulture, $"{begin.Run.Id}/{(begin.IsEscalation ? $"escalation {begin.Run.Escalated}" : $"step {begin.Run.Step + 1}")}");

    private static string ReasonOf(BeginStep begin, Policy policy) => $"{What(begin)} ({begin.Step.Name}), {(begin.Run.Incident is { } incident ? $"by alert {incident}" : $"as {policy.When}")}";

    private static string TriggerOf(PolicyRun run) => run.Incident is null ? "policy" : "alert";

    private static string? TraceIdOf(PolicyRun run) => run.TraceId.Length > 0 ? run.TraceId : null;

    /// <summary>A run has a number that is never given again: so even an end of ours in between does nothing twice.</summary>
    private static IdempotencyKey KeyOf(BeginStep begin, Policy policy) => new(CallerPrefix + policy.Name, What(begin), What(begin));

    private ControlAction ActionOf(PolicyStep step, SupervisedChild? child) => step switch
    {
        TraceStep trace => new TraceAction(tools.Traces, new TraceOrder { For = [trace.Preset], Duration = trace.Duration }),
        ProfileStep profile => new TraceAction(tools.Traces, new TraceOrder { For = [TraceOrder.Profile], Duration = profile.Duration }),
        DumpStep dump => new DumpAction(tools.Dumps, new DumpOrder(dump.Type) { MaxFreeze = dump.MaxFreeze }),
        SnapshotStep => new SnapshotAction(tools.Evidence ?? throw new InvalidOperationException("there is nowhere to keep evidence")),
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
