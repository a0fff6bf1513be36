using ProcessArsenal.Telemetry.Grouping;

namespace ProcessArsenal.Telemetry.Compatibility;

/// <summary>What process-exporter's families are told; replaced whole, between two ticks.</summary>
/// <param name="Rules">The rules that name its groups: the first that matches wins, and what matches none goes by its ancestors.</param>
public sealed record NamedGroupOptions(IReadOnlyList<GroupRule> Rules)
{
    /// <summary>Groups known from the rules alone.</summary>
    internal GroupKey[] Declared { get; } = [.. Rules.Select(rule => rule.Declared).OfType<GroupKey>().Distinct()];

    /// <summary>Whether they are the same rules: then who inherited a group keeps it.</summary>
    internal bool HasRulesOf(NamedGroupOptions other) =>
        Rules.Count == other.Rules.Count && Rules.Zip(other.Rules).All(pair => AreSame(pair.First.Options, pair.Second.Options));

    private static bool AreSame(GroupRuleOptions a, GroupRuleOptions b) =>
        a.Name == b.Name && a.ProcessExporter == b.ProcessExporter
        && a.Comm.SequenceEqual(b.Comm) && a.Exe.SequenceEqual(b.Exe) && a.Cmdline.SequenceEqual(b.Cmdline)
        && a.Unit.SequenceEqual(b.Unit) && a.User.SequenceEqual(b.User) && a.Labels.SequenceEqual(b.Labels);

    /// <summary>The group that the rules name; null if none matches.</summary>
    internal GroupKey? Match(Sampling.ProcessDescription process, int pid)
    {
        foreach (GroupRule rule in Rules)
            if (rule.Match(process, pid) is { } key) return key;
        return null;
    }
}
