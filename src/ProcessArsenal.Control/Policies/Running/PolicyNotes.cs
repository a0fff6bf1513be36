using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Policies.Machine;

namespace ProcessArsenal.Control.Policies.Running;

/// <summary>What policies decide beside actions, as entries of the ledger: what was only said, who was asked, and how runs ended.</summary>
internal static class PolicyNotes
{
    /// <returns>Null if the decision is recorded otherwise: an action by the pipeline.</returns>
    /// <param name="verdict">What the guards say, where they were asked.</param>
    public static IntentEntry? Of(PolicyDecision decision, Policy? policy, string? verdict, DateTimeOffset now) => decision switch
    {
        WouldAct would => Entry(FirstAction(policy), would.Target.Identity, decision.Policy, would.Incident, would.TraceId, Of(would.Target, would.Incident), OutcomeKind.NotDone,
            $"it would be done to {would.Target.Key}; the policy's mode is {would.Mode.Name()}{(verdict is null ? "" : $"; the guards say: {verdict}")}", now),
        HeldBack held => Entry(FirstAction(policy), held.Key ?? "-", decision.Policy, null, null, held.Key is { } key ? new IntentDetails("", null, null, null) { Key = key } : null, OutcomeKind.Refused, $"{held.Limit}: {held.Why}", now),
        ApprovalAsked asked => Entry("approval", asked.Run.Target, decision.Policy, asked.Run.Incident, asked.Run.TraceId, Of(asked.Run), OutcomeKind.NotDone,
            $"{asked.Run.Id} waits for an operator until {asked.Until.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)}Z: process-arsenal approve {asked.Run.Id}", now),
        RunEnded ended => Entry("verify", ended.Run.Target, decision.Policy, ended.Run.Incident, ended.Run.TraceId, Of(ended.Run), OutcomeOf(ended.Result), $"{ended.Run.Id}: {Word(ended.Result)}: {ended.Why}", now),
        Latched latched => Entry("latch", "-", decision.Policy, null, null, null, OutcomeKind.Succeeded, latched.Why, now),
        StormBegan storm => Entry("storm", "-", decision.Policy, null, null, null, OutcomeKind.Succeeded, FormattableString.Invariant($"more than {StormBreaker.Most} things began within {StormBreaker.Window.TotalSeconds:0} s: no policy begins anything before {storm.Until.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z"), now),
        _ => null,
    };

    public static string Word(RunResult result) => result switch
    {
        RunResult.Cured => "cured",
        RunResult.NotCured => "not_cured",
        RunResult.Unverified => "unverified",
        RunResult.Refused => "refused",
        RunResult.Cancelled => "cancelled",
        RunResult.Rejected => "rejected",
        _ => "expired",
    };

    private static string FirstAction(Policy? policy) => (policy?.Steps.FirstOrDefault(static step => step.IsHarmful) ?? (policy?.Steps is [{ } first, ..] ? first : null))?.Name ?? "policy";

    /// <summary>By what it is found later: the process may be another then.</summary>
    private static IntentDetails Of(PolicyRun run) => new("", run.Group, null, null) { Key = run.Key, Run = run.Id, Incident = run.Incident };

    private static IntentDetails Of(TargetLook look, string? incident) => new("", look.Group, null, null) { Unit = look.Unit, Container = look.Container, Key = look.Key, Incident = incident };

    private static OutcomeKind OutcomeOf(RunResult result) => result switch
    {
        RunResult.Cured => OutcomeKind.Succeeded,
        RunResult.NotCured => OutcomeKind.Failed,
        RunResult.Unverified => OutcomeKind.NotDone,
        RunResult.Refused => OutcomeKind.Refused,
        _ => OutcomeKind.Cancelled,
    };

    private static IntentEntry Entry(string action, string target, string policy, string? incident, string? traceId, IntentDetails? details, OutcomeKind outcome, string why, DateTimeOffset now) => new(
        new Intent(action, target, incident is null ? "policy" : "alert", now, now)
        {
            Policy = policy,
            Caller = PolicyHands.CallerOf(policy).Name,
            Reason = incident is null ? null : $"alert {incident}",
            TraceId = traceId,
            Details = details is null ? null : ActionDetails.Of(details),
        },
        new Outcome(outcome, now) { Reason = why });
}
