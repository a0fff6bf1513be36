using System.Collections.Immutable;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Grouping;

/// <summary>Says which group a process belongs to: the first rule that matches, else its systemd service, else what it
/// runs: its executable, or the program that <c>dotnet</c> runs.
/// Immutable, safe for concurrent use.</summary>
public sealed class Grouper
{
    /// <summary>The group of processes for which no name is left.</summary>
    public const string Unknown = "unknown";

    /// <summary>The group that takes in what is beyond the cap on groups.</summary>
    public const string Overflow = "other";

    private static readonly GroupKey Kernel = new(ProcessDescription.KernelGroup);

    private readonly ImmutableArray<GroupRule> _rules;

    public Grouper(IReadOnlyList<GroupRule> rules)
    {
        _rules = [.. rules];
        DeclaredGroups = [.. _rules.Select(rule => rule.Declared).OfType<GroupKey>().Select(Own).Distinct()];
    }

    /// <summary>Whether there are rules, which may look at command lines.</summary>
    public bool HasRules => _rules.Length > 0;

    /// <summary>Groups known from the rules alone: they are there, with 0 processes, before anything joins them.</summary>
    public ImmutableArray<GroupKey> DeclaredGroups { get; }

    /// <summary>The group of one process. Never throws, whatever the process calls itself.</summary>
    /// <param name="pid">For templates that ask for it.</param>
    public GroupKey Assign(ProcessDescription process, int pid)
    {
        if (process.IsKernelThread) return Kernel;
        foreach (GroupRule rule in _rules)
            if (rule.Match(process, pid) is { } key) return Own(key);
        string name = process.Unit is { } unit && unit.EndsWith(".service", StringComparison.Ordinal) ? unit : process.ProgramName;
        return new GroupKey(name.Length == 0 ? Unknown : Text.Quoting.Cut(Unreserved(name), GroupTemplate.MaxLength));
    }

    /// <summary>The key as our own groups may have it: a rule of process-exporter reserves no name, and may give none.</summary>
    private static GroupKey Own(GroupKey key) => key.Name.Length == 0 ? new GroupKey(Unknown, key.Labels)
        : IsReserved(key.Name) ? new GroupKey(Unreserved(key.Name), key.Labels) : key;

    /// <summary>What the groups of the kernel and of the overflow say must stay true, and anybody can name a program after them.</summary>
    internal static string Unreserved(string name) => IsReserved(name) ? name + " (program)" : name;

    internal static bool IsReserved(string name) => name is ProcessDescription.KernelGroup or Overflow;
}
