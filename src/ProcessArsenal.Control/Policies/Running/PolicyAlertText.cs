using System.Globalization;
using ProcessArsenal.Control.Alerting.Raising;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Policies.Machine;
using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Control.Policies.Running;

/// <summary>What an alert of a policy says: by its labels what it is and whom it is about, in its annotations why, and where to look. Pure.</summary>
internal static class PolicyAlertText
{
    private const int MostEvidence = 5;

    /// <summary>Texts of its policy come last, so that none of them takes the place of ours.</summary>
    /// <param name="look">What the latest sample says of the target; null: nothing, as of one that is dead.</param>
    public static Dictionary<string, string> Labels(AlertStep step, string policy, PolicyRun run, TargetLook? look)
    {
        ChildName? child = Rest(run.Key, PolicyEyes.Child) is { } name ? ChildName.Parse(name) : null;
        Dictionary<string, string> labels = AlertTexts.Labels(
            ("alertname", step.Alert), ("severity", step.Severity), ("policy", policy), (OwnAlerts.Label, OwnAlerts.Value),
            ("identity", look?.Identity ?? run.Target), ("group", look?.Group ?? run.Group), ("unit", look?.Unit ?? Rest(run.Key, PolicyEyes.Unit)),
            ("container", look?.Container ?? Rest(run.Key, PolicyEyes.Container)), ("supervisor", child?.Supervisor), ("child", child?.Child));
        foreach ((string label, string value) in AlertTexts.Labels([.. step.Labels.All.Select(static label => (label.Key, (string?)label.Value))])) labels.TryAdd(label, value);
        return labels;
    }

    /// <param name="left">What steps of the run have left, as the ledger has it.</param>
    public static Dictionary<string, string> Annotations(AlertStep step, Policy policy, PolicyRun run, IReadOnlyList<ActionRecord> left) => AlertTexts.Annotations(
        ("summary", step.Summary.Length > 0 ? step.Summary : $"{step.Alert}: {run.Key}, by policy {policy.Name}"),
        ("reason", run.Incident is { } incident ? $"the alert {incident} fires{(policy.When is { } too ? $", and {too}" : "")}" : $"{policy.When}"),
        ("target", $"{run.Key} ({run.Target})"), ("run", run.Id), ("trace_id", run.TraceId),
        ("evidence", string.Join("; ", left.Take(MostEvidence).Select(static one => string.Create(CultureInfo.InvariantCulture, $"{one.Intent.Action} {one.Id}: {one.Outcome?.Reason}")))),
        ("what_was_done", $"process-arsenal actions --policy {policy.Name} --target {run.Target}"));

    private static string? Rest(string key, string prefix) => key.StartsWith(prefix, StringComparison.Ordinal) ? key[prefix.Length..] : null;
}
