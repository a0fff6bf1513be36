using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Alerting.Raising;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Control.Policies;

/// <summary>What is wrong with a policy though each of its values may be.</summary>
/// <param name="Policy">Its index.</param>
/// <param name="Part">Where in it, such as <c>steps[1].verify</c>; empty: as a whole.</param>
/// <param name="Message">What is wrong and what to do, to follow the name of the part.</param>
public sealed record PolicyError(int Policy, string Part, string Message);

/// <summary>Finds policies that can't do what they say: that nothing sets off, that mean nobody, that could never finish.</summary>
public static class PolicyCheck
{
    /// <summary>A process chooses its arguments itself; a pid is whose it is for as long as that lives, and no longer.</summary>
    private static readonly (string Field, string Why)[] NotToSelectBy =
    [
        ("cmdline", "a process chooses its arguments itself, so that no action goes by them: name exe, group, unit, container or user"),
        ("pid", "a pid may be another's at the next moment: name exe, group, unit or container"),
        ("ppid", "a pid may be another's at the next moment: name exe, group, unit or container"),
    ];

    /// <summary>All errors, those of one policy together.</summary>
    public static IReadOnlyList<PolicyError> Errors(IReadOnlyList<Policy> policies)
    {
        var errors = new List<PolicyError>();
        for (int i = 0; i < policies.Count; i++)
        {
            int at = i;
            Check(policies[i], (part, message) => errors.Add(new PolicyError(at, part, message)));
            for (int other = 0; other < i; other++)
                if (IsSame(policies[i], policies[other])) errors.Add(new PolicyError(i, "", $"does the same as '{policies[other].Name}' for the same targets: remove one of them"));
        }
        return errors;
    }

    /// <summary>Conditions that look back further than anything is kept.</summary>
    /// <param name="history">How far back is known what processes were like (sampling.history).</param>
    public static IReadOnlyList<PolicyError> TooLong(IReadOnlyList<Policy> policies, TimeSpan history) =>
        [.. policies.SelectMany((policy, i) => Conditions(policy).Where(condition => condition.Expression.Lasts > history)
            .Select(condition => new PolicyError(i, condition.Part, FormattableString.Invariant($"never holds: it asks for {condition.Expression.Lasts!.Value.TotalMinutes:0.#} minutes, and {history.TotalMinutes:0.#} are kept (sampling.history)"))))];

    /// <summary>Steps that raise alerts, which nobody is there to take, or that would not be about this host.</summary>
    /// <param name="hasAlertmanager">alertmanager.urls names one.</param>
    /// <param name="host">Labels that say which host it is (host.labels).</param>
    public static IReadOnlyList<PolicyError> NotRaised(IReadOnlyList<Policy> policies, bool hasAlertmanager, IEnumerable<string> host)
    {
        HashSet<string> own = [.. host];
        var errors = new List<PolicyError>();
        for (int i = 0; i < policies.Count; i++)
        {
            foreach ((string part, PolicyStep step) in StepsOf(policies[i]))
            {
                if (step is not AlertStep alert) continue;
                if (!hasAlertmanager) errors.Add(new PolicyError(i, part, "raises an alert, and nobody is there to take it: write alertmanager: {urls: [\"http://localhost:9093\"]}, with all replicas of Alertmanager"));
                foreach ((string label, _) in alert.Labels.All)
                    if (own.Contains(label)) errors.Add(new PolicyError(i, $"{part}.labels", $"has {label}, by which this host is known (host.labels): it is added by itself, so remove it"));
            }
        }
        return errors;
    }

    private static void Check(Policy policy, Action<string, string> report)
    {
        if (policy.Alert is null && policy.When is null) report("", "nothing sets it off: give it an alert, or a condition (when)");
        if (policy.Steps.Count == 0) report("steps", policy.Escalation.Count > 0 ? "has none, so that there is nothing to escalate: make the first escalation a step" : "has none: it would do nothing");
        CheckConditions(policy, report);
        CheckSteps(policy, report);
        CheckEscalation(policy, report);
        if (policy.Actions > policy.Limits.MaxActionsPerHour) report("limits.max_actions_per_hour", FormattableString.Invariant($"is {policy.Limits.MaxActionsPerHour}, and its steps take {policy.Actions} actions, so that it could never begin: allow more, or take fewer"));
        bool records = policy.Steps.Concat(policy.Escalation.Select(static escalation => escalation.Step)).Any(static step => step is TraceStep or ProfileStep);
        if (records && policy.Limits.MaxConcurrent > TraceSessions.MostAtOnce) report("limits.max_concurrent", FormattableString.Invariant($"is {policy.Limits.MaxConcurrent}, and {TraceSessions.MostAtOnce} recordings go on at once at most"));
    }

    private static void CheckConditions(Policy policy, Action<string, string> report)
    {
        // A target that nobody can be is said once, not of each condition.
        Expression? target = policy.Target is { } meant && Expression.Contradiction(meant) is null ? meant : null;
        foreach ((string part, Expression condition) in Conditions(policy))
        {
            foreach ((string field, string why) in NotToSelectBy)
                if (condition.Fields.Contains(field)) report(part, $"asks for {field}: {why}");
            IEnumerable<Expression> together = target is null || part == "target" ? [condition] : [target, condition];
            if (Expression.Contradiction(together) is { } reason) report(part, $"never holds{(part == "target" || target is null ? "" : " of a target")}: {reason}");
        }
        if (policy.Alert is null) return;
        if (policy.Alert.Labels.TryGetValue(OwnAlerts.Label, out IReadOnlyList<string>? origin) && origin.Contains(OwnAlerts.Value)) report($"alert.{OwnAlerts.Label}", "is that of alerts which exporters raise themselves: no policy is set off by one, or it might set off itself");
        foreach ((string label, IReadOnlyList<string> values) in policy.Alert.Labels)
        {
            // These labels narrow the target.
            if (label is not ("group" or "unit" or "container") || values.Count != 1) continue;
            if (!Expression.TryParse($"{label} = \"{values[0].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"", out Expression? named, out _)) continue;
            if (Expression.Contradiction([named, .. new[] { policy.Target, policy.When }.OfType<Expression>()]) is { } why) report($"alert.{label}", $"names nobody whom the policy means: {why}");
        }
    }

    private static void CheckSteps(Policy policy, Action<string, string> report)
    {
        PolicyStep? before = null;
        bool mayHaveHelped = false;
        for (int i = 0; i < policy.Steps.Count; i++)
        {
            PolicyStep step = policy.Steps[i];
            string part = FormattableString.Invariant($"steps[{i}].{step.Name}");
            CheckStep(step, part, report);
            if (before is StopStep or KillStep && step is not (VerifyStep or RestartStep or AlertStep)) report(part, $"comes after {before.Name}, when there is nobody left");
            else if (step == before) report(part, "is the same as the step before: remove one of them");
            mayHaveHelped |= step.IsHarmful;
            if (step is VerifyStep verify) CheckVerify(policy, verify, part, mayHaveHelped, before, report);
            before = step;
        }
    }

    private static void CheckVerify(Policy policy, VerifyStep verify, string part, bool mayHaveHelped, PolicyStep? before, Action<string, string> report)
    {
        if (!mayHaveHelped) report(part, "has nothing to verify: no step before it changes anything (restart, stop, kill, signal)");
        if (before is VerifyStep) report(part, "comes after another verify: join them");
        if (verify.Until is null) return;
        if (verify.Until.ToString() == policy.When?.ToString()) report($"{part}.until", "is what sets the policy off, so that it holds from the beginning: say what is so when it has helped");
        if (verify.Until.Lasts >= verify.Within && before is RestartStep)
            report($"{part}.until", FormattableString.Invariant($"can't hold in time: it asks for {verify.Until.Lasts.Value.TotalSeconds:0} s of a process that was just started, within {verify.Within.TotalSeconds:0} s"));
    }

    private static void CheckEscalation(Policy policy, Action<string, string> report)
    {
        for (int i = 0; i < policy.Escalation.Count; i++)
        {
            EscalationStep escalation = policy.Escalation[i];
            string part = FormattableString.Invariant($"escalation[{i}]");
            CheckStep(escalation.Step, $"{part}.{escalation.Step.Name}", report);
            if (escalation.Step is VerifyStep) report($"{part}.verify", "is no escalation: what is verified is verified again after each");
            bool isJudged = policy.Verification is not null || escalation.When is not null || escalation.After > TimeSpan.Zero;
            if (!isJudged) report(part, "would follow at once, whether or not the steps have helped: give it after or when, or verify among the steps");
        }
    }

    private static void CheckStep(PolicyStep step, string part, Action<string, string> report)
    {
        if (step is DumpStep dump && DumpOrder.Types.All(type => type.Name != dump.Type)) report($"{part}.type", $"is none that is known: there are {string.Join(", ", DumpOrder.Types.Select(static type => type.Name))}");
        if (step is AlertStep alert) CheckAlert(alert, part, report);
        if (step is TraceStep trace && !TraceOrder.IsKnown(trace.Preset)) report($"{part}.preset", $"is none that is known: there are {string.Join(", ", TraceOrder.Presets.Select(static preset => preset.Name))}, and providers as NAME:KEYWORDS");
        if (step is SignalStep signal && !SignalNames.Allowed.Values.Contains(signal.Signal))
            report($"{part}.signal", $"may not be sent: there are {string.Join(", ", SignalNames.Allowed.Keys)}; SIGKILL is the step kill, and SIGSTOP and SIGCONT are sent by hand alone");
    }

    private static void CheckAlert(AlertStep alert, string part, Action<string, string> report)
    {
        if (!AlertMatch.IsName(alert.Alert)) report($"{part}.name", "has letters, digits and '_' only, and does not begin with a digit, such as QueueBacklog");
        else if (OwnAlerts.Reserved.Contains(alert.Alert)) report($"{part}.name", "is that of an alert which the exporter raises by itself: choose another");
        if (alert.Labels.All.Count > StepLabels.Most) report($"{part}.labels", FormattableString.Invariant($"has {alert.Labels.All.Count} labels, and {StepLabels.Most} may be"));
        foreach ((string name, string value) in alert.Labels.All)
        {
            if (!AlertMatch.IsName(name)) report($"{part}.labels", $"has a label that is no name of one ('{Telemetry.Text.Quoting.Cap(name)}'): it has letters, digits and '_' only, and does not begin with a digit");
            else if (StepLabels.Reserved.Contains(name)) report($"{part}.labels", $"has {name}, which the exporter gives it by itself: remove it, or choose another name");
            else if (value.Length is 0 or > StepLabels.LongestValue) report($"{part}.labels.{name}", FormattableString.Invariant($"has 1 to {StepLabels.LongestValue} characters"));
        }
    }

    private static IEnumerable<(string Part, PolicyStep Step)> StepsOf(Policy policy) =>
        policy.Steps.Select(static (step, i) => (FormattableString.Invariant($"steps[{i}].{step.Name}"), step))
            .Concat(policy.Escalation.Select(static (escalation, i) => (FormattableString.Invariant($"escalation[{i}].{escalation.Step.Name}"), escalation.Step)));

    private static IEnumerable<(string Part, Expression Expression)> Conditions(Policy policy)
    {
        if (policy.Target is { } target) yield return ("target", target);
        if (policy.When is { } when) yield return ("when", when);
        for (int i = 0; i < policy.Steps.Count; i++)
            if (policy.Steps[i] is VerifyStep { Until: { } until }) yield return (FormattableString.Invariant($"steps[{i}].verify.until"), until);
        for (int i = 0; i < policy.Escalation.Count; i++)
            if (policy.Escalation[i].When is { } condition) yield return (FormattableString.Invariant($"escalation[{i}].when"), condition);
    }

    private static bool IsSame(Policy one, Policy other) =>
        one.When?.ToString() == other.When?.ToString() && one.Target?.ToString() == other.Target?.ToString() && Text(one.Alert) == Text(other.Alert)
        && string.Join('\n', one.Steps) == string.Join('\n', other.Steps) && string.Join('\n', one.Escalation) == string.Join('\n', other.Escalation);

    private static string Text(AlertMatch? alert) => alert is null ? "" : string.Join('\n', alert.Labels.OrderBy(static label => label.Key, StringComparer.Ordinal).Select(static label => $"{label.Key}={string.Join(',', label.Value)}"));
}
