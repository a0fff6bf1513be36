using System.Globalization;
using ProcessArsenal.Control.Alerting.Raising;
using ProcessArsenal.Control.Policies.Machine;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Control.Policies.Running;

/// <summary>What one policy would do, and why.</summary>
/// <param name="Verdict">In one sentence.</param>
public sealed record PolicyExplanation(string Policy, PolicyMode Mode, bool IsSetOff, string Verdict)
{
    /// <summary>What keeps it from acting, apart from guards; empty: nothing.</summary>
    public IReadOnlyList<string> Limits { get; init; } = [];

    public IReadOnlyList<TargetExplanation> Targets { get; init; } = [];
}

/// <summary>What it would do to one target.</summary>
/// <param name="Key">child/NAME, unit/NAME, container/ID or process/IDENTITY.</param>
/// <param name="Guards">What they say to each step that would act.</param>
public sealed record TargetExplanation(string Key, string Identity, IReadOnlyList<string> Guards)
{
    /// <summary>The same, guard by guard.</summary>
    public IReadOnlyList<StepVerdict> Verdicts { get; init; } = [];

    /// <summary>Why this one is let be; null: it is not.</summary>
    public string? LetBe { get; init; }
}

/// <summary>What one guard says to one step.</summary>
/// <param name="Objection">Null: it has nothing against it.</param>
public sealed record StepVerdict(string Step, string Guard, string? Objection);

/// <summary>Says what a policy would do, by the same eyes and the same guards as if it did.</summary>
internal static class Explainer
{
    private const int MostTargets = 20;

    /// <summary>What can be said at once. Asks no guard: that may take time.</summary>
    public static PolicyExplanation Explain(PolicyBook book, IReadOnlyDictionary<string, string>? labels, PolicyEyes eyes, PolicyTools tools, DateTimeOffset? storm, bool isPaused)
    {
        Policy policy = book.Policy;
        if (book.Mode == PolicyMode.Off) return new PolicyExplanation(policy.Name, book.Mode, false, "its mode is off: it is not looked at");
        if (policy.Alert is { } alert)
        {
            if (labels is null) return new PolicyExplanation(policy.Name, book.Mode, false, "an alert sets it off: give labels, or a payload");
            if (OwnAlerts.Is(labels)) return new PolicyExplanation(policy.Name, book.Mode, false, OwnAlerts.WhyNot);
            if (!alert.Matches(labels)) return new PolicyExplanation(policy.Name, book.Mode, false, $"the alert is not one of its: {Mismatch(alert, labels)}");
        }
        else if (labels is not null) return new PolicyExplanation(policy.Name, book.Mode, false, "no alert sets it off, its condition does");
        DateTimeOffset now = tools.Time.GetUtcNow();
        var incident = new Incident("", "", now) { Labels = labels is null ? new Dictionary<string, string>() : Incident.LabelsOf(labels) };
        if (policy is { Alert: not null, When: null, Target: null } && incident.Labels.Count == 0) return new PolicyExplanation(policy.Name, book.Mode, false, "neither the policy nor the alert's labels (identity, group, unit, container) say whom it is about");
        // As if it were at work already: whatever it might look at is looked at.
        var asked = new PolicyBook(policy) { SetMode = PolicyMode.Observe };
        asked.Incidents[""] = incident;
        List<TargetLook> looks;
        using (SnapshotLease lease = tools.Store.Acquire())
        {
            looks = lease.Snapshot is { } snapshot ? [.. eyes.Look(snapshot, [asked], now).Looks.GetValueOrDefault(policy.Name, []).Where(static look => look.Holds)
                .Select(look => (Look: look, Identity: incident.Find(look))).Where(static one => one.Identity is not null).Select(static one => one.Look with { Identity = one.Identity! })] : [];
        }
        if (looks.Count == 0) return new PolicyExplanation(policy.Name, book.Mode, false, policy.When is null ? "the alert means nobody who is here" : $"nobody of its targets is like that now: {policy.When}");
        List<TargetExplanation> targets = [.. looks.Take(MostTargets).Select(look => new TargetExplanation(look.Key, look.Identity, []) { LetBe = LetBe(book, look, now) })];
        List<string> limits = [.. Limits(book, looks.Count, storm, isPaused, now)];
        string verdict = !book.Mode.Acts() ? $"it is set off, and only says so: its mode is {book.Mode.Name()}" : limits.Count > 0 ? $"it is set off, and does nothing: {limits[0]}"
            : targets.TrueForAll(static target => target.LetBe is not null) ? $"it is set off, and lets its targets be: {targets[0].LetBe}" : book.Mode == PolicyMode.Approve ? "it is set off, and asks an operator" : "it is set off, and acts as far as the guards allow";
        return new PolicyExplanation(policy.Name, book.Mode, true, verdict) { Limits = limits, Targets = targets };
    }

    /// <summary>The same with what the guards say.</summary>
    public static async Task<PolicyExplanation> AskAsync(PolicyExplanation explanation, Policy? policy, PolicyHands hands, CancellationToken cancellation)
    {
        if (policy is null || explanation.Targets.Count == 0) return explanation;
        var targets = new List<TargetExplanation>(explanation.Targets.Count);
        foreach (TargetExplanation target in explanation.Targets)
        {
            var said = new List<string>();
            var verdicts = new List<StepVerdict>();
            foreach (PolicyStep step in policy.Steps.Where(static step => step.Acts))
            {
                (string all, IReadOnlyList<GuardVerdict> each) = await hands.AskAsync(policy, step, target.Key, target.Identity, cancellation).ConfigureAwait(false);
                said.Add($"{step.Name}: {all}");
                verdicts.AddRange(each.Select(one => new StepVerdict(step.Name, one.Guard, one.Objection)));
            }
            targets.Add(target with { Guards = said, Verdicts = verdicts });
        }
        return explanation with { Targets = targets };
    }

    private static string Mismatch(AlertMatch alert, IReadOnlyDictionary<string, string> labels) => string.Join("; ", alert.Labels
        .Where(label => !label.Value.Contains(labels.GetValueOrDefault(label.Key, ""), StringComparer.Ordinal))
        .Select(label => $"{label.Key} is {(labels.TryGetValue(label.Key, out string? value) ? $"'{Telemetry.Text.Quoting.Cap(value)}'" : "not there")}, not {string.Join(" or ", label.Value.Select(static one => $"'{one}'"))}"));

    private static IEnumerable<string> Limits(PolicyBook book, int meant, DateTimeOffset? storm, bool isPaused, DateTimeOffset now)
    {
        PolicyLimits limits = book.Policy.Limits;
        if (isPaused) yield return "all actions are paused";
        if (book.LatchedSince is not null) yield return $"it only observes: {book.LatchedWhy}";
        if (meant > limits.MaxTargets) yield return FormattableString.Invariant($"{meant} are meant, and {limits.MaxTargets} may be at once (max_targets): nothing is done to any");
        if (storm is { } until) yield return $"too many things began at once: nothing new before {until.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}Z";
        if (book.Left(now) < book.Policy.Actions) yield return FormattableString.Invariant($"{book.Budget.Spent(now)} actions of this hour are spent, {limits.MaxActionsPerHour} are allowed (max_actions_per_hour), and it takes {book.Policy.Actions}");
        if (book.Runs.Values.Count(static run => run.Phase != RunPhase.Approval) is var working && working >= limits.MaxConcurrent)
            yield return FormattableString.Invariant($"it is at work on {working} {(working == 1 ? "target" : "targets")} already, and {limits.MaxConcurrent} may be (max_concurrent)");
    }

    private static string? LetBe(PolicyBook book, TargetLook look, DateTimeOffset now)
    {
        if (book.Runs.Values.FirstOrDefault(run => run.Key == look.Key) is { } run) return $"{run.Id} is at work on it already";
        if (book.Targets.TryGetValue(look.Key, out TargetMemory? memory) && memory.Until > now) return $"until {memory.Until.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}Z, after what was done to it (cooldown)";
        return book.Refused.TryGetValue(look.Key, out DateTimeOffset until) && until > now ? "a guard has refused it a short while ago" : null;
    }
}
