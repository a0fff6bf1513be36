using ProcessArsenal.Telemetry.Grouping;

namespace ProcessArsenal.Telemetry.Compatibility;

/// <summary>What process-exporter's families are told; replaced whole, between two ticks.</summary>
/// <param name="Rules">The rules that name its groups: the first that matches wins, and what matches none goes by its ancestors.</param>
public sealed record NamedGroupOptions(IReadOnlyList<GroupRule> Rules)
{
    /// <summary>Groups known from the rules alone.</summary>
    internal GroupKey[] Declared { get; } = [.. Rules.Select(rule => rule.Declared).OfType<GroupKey>().Distinct()];

    /// <summary>The group that the rules name; null if none matches.</summary>
    internal GroupKey? Match(Sampling.ProcessDescription process, int pid)
    {
        foreach (GroupRule rule in Rules)
            if (rule.Match(process, pid) is { } key) return key;
        return null;
    }
}
