using ProcessArsenal.Exporter.Linting.PromQl;

namespace ProcessArsenal.Exporter.Linting;

/// <summary>Finds alerts that our webhook could not act on: their labels name no target, or not the host that it is on. Pure.</summary>
/// <param name="hostLabels">Labels one of which says which host an alert is about.</param>
internal sealed class RuleLinter(IReadOnlyList<string> hostLabels)
{
    /// <summary>Labels by which a target is found. A pid is none: it may be somebody else's by the time that an alert arrives.</summary>
    public static readonly string[] TargetLabels = ["identity", "group", "unit", "container"];

    public IEnumerable<LintFinding> Check(RuleFile file) => file.Alerts.SelectMany(alert => Check(file, alert));

    private List<LintFinding> Check(RuleFile file, AlertingRule alert)
    {
        var findings = new List<LintFinding>();
        PromNode root;
        try
        {
            root = PromParser.Parse(alert.Expression.Text);
        }
        catch (PromSyntaxException e)
        {
            Add(e.Start, LintSeverity.Warning, "not-understood", $"not checked, as it is not understood: {e.Message}. Whether it is right, 'promtool check rules' says.");
            return findings;
        }
        CheckNames(root);
        IReadOnlyList<LabelSet> sets = LabelFlow.Of(root);
        if (sets.Count == 0)
        {
            Add(BeginningOf(root), LintSeverity.Error, "no-target", "it gives a number, which has no labels: it names no target.");
            return findings;
        }
        foreach (LabelSet set in sets.Select(set => alert.Labels.Aggregate(set, static (all, label) => label.Value.Length > 0 ? all.With(label.Key, LabelState.Yes) : all)))
        {
            CheckTarget(set);
            CheckHost(set);
        }
        return findings;

        void Add(int offset, LintSeverity severity, string rule, string message)
        {
            (int line, int column) = file.Locate(alert.Expression, offset);
            var finding = new LintFinding(file.Path, line, column, severity, rule, alert.Name, message);
            if (!findings.Contains(finding)) findings.Add(finding);
        }

        void CheckTarget(LabelSet set)
        {
            LabelState[] states = [.. TargetLabels.Select(label => set[label])];
            if (Array.Exists(states, static state => state.Has == Has.Yes)) return;
            string which = string.Join(", ", TargetLabels);
            if (Array.Exists(states, static state => state.Has == Has.Unknown))
            {
                Add(BeginningOf(root), LintSeverity.Note, "cannot-tell", $"whether its series have one of {which} is not in the rule: metrics that are not ours have the labels that they have. Ask for one ({{group!=\"\"}}), and it is certain.");
                return;
            }
            LabelState lost = states[0].Loss == states[1].Loss ? states[0] : states[1]; // Of a group, an alert is about a group.
            string advice = lost.Loss.Contains(" by (", StringComparison.Ordinal) || lost.Loss.EndsWith("keeps no label", StringComparison.Ordinal) ? ": keep 'group' (or 'identity')"
                : lost.Loss.EndsWith("drops it", StringComparison.Ordinal) ? ": leave 'group' (or 'identity') out of it"
                : lost.Loss.StartsWith("absent", StringComparison.Ordinal) ? ": for a group that a rule declares ask 'process_group_processes == 0', or match group=\"...\""
                : lost.Loss.StartsWith("on (", StringComparison.Ordinal) ? ": add 'group' (or 'identity'), or use group_left"
                : ": join it with a metric that has, or give the alert a label 'group'";
            string pid = set["pid"].Has == Has.Yes ? " A pid is not enough: it may be another's by then." : "";
            Add(lost.At, LintSeverity.Error, "no-target", $"it names no target (none of {which}): {lost.Loss}{advice}.{pid}");
        }

        void CheckHost(LabelSet set)
        {
            LabelState[] states = [.. hostLabels.Select(label => set[label])];
            if (Array.Exists(states, static state => state.Has != Has.No)) return;
            Add(states[0].At, LintSeverity.Error, "no-host", $"it does not say which host it is about (no '{string.Join("' or '", hostLabels)}'), so that every host refuses it: {states[0].Loss}.");
        }

        void CheckNames(PromNode node)
        {
            if (node is PromSelector { Name: { } name } && !MetricNames.IsOurs(name))
            {
                string meant = MetricNames.Nearest(name) is { } nearest ? $": did you mean {nearest}?" : ": see docs/metrics.md.";
                if (MetricNames.MustBeOurs(name)) Add(node.Start, LintSeverity.Error, "unknown-metric", $"there is no metric {name}{meant}");
                else if (MetricNames.MayBeOurs(name) && MetricNames.Nearest(name) is not null) Add(node.Start, LintSeverity.Note, "unknown-metric", $"{name} is none of ours{meant}");
            }
            foreach (PromNode part in PartsOf(node)) CheckNames(part);
        }
    }

    /// <summary>An operator begins between its sides.</summary>
    private static int BeginningOf(PromNode node)
    {
        while (node is PromBinary binary) node = binary.Left;
        return node.Start;
    }

    /// <summary>What a node is made of.</summary>
    internal static IEnumerable<PromNode> PartsOf(PromNode node) => node switch
    {
        PromAggregate { Parameter: { } parameter, Body: var body } => [parameter, body],
        PromAggregate { Body: var body } => [body],
        PromCall { Arguments: var arguments } => arguments,
        PromBinary { Left: var left, Right: var right } => [left, right],
        _ => [],
    };
}
