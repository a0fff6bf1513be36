using System.Collections.Immutable;

namespace ProcessArsenal.Telemetry.Grouping;

/// <summary>A group rule as someone wrote it: a superset of process-exporter's <c>process_names</c> language.
/// All selectors given must match; a rule without any matches every process. What can't be read never matches.</summary>
public sealed record GroupRuleOptions
{
    /// <summary>Template of the group's name; null for <see cref="GroupTemplate.Default"/>.</summary>
    public string? Name { get; init; }

    /// <summary>comm is one of these. The kernel keeps 15 bytes of it, so longer entries are errors.</summary>
    public ImmutableArray<string> Comm { get; init; } = [];

    /// <summary>The executable or the first argument is one of these: by base name, or in full if the entry has a slash.</summary>
    public ImmutableArray<string> Exe { get; init; } = [];

    /// <summary>Regular expressions that must all match somewhere in the arguments joined by a space.</summary>
    public ImmutableArray<string> Cmdline { get; init; } = [];

    /// <summary>The systemd unit is one of these, in full (<c>nginx.service</c>).</summary>
    public ImmutableArray<string> Unit { get; init; } = [];

    /// <summary>The effective user is one of these, by name or number.</summary>
    public ImmutableArray<string> User { get; init; } = [];

    /// <summary>It comes from a file of process-exporter, and means what it means there: exe and the variables {{.ExeBase}} and {{.ExeFull}}
    /// go by the first argument, {{.StartTime}} and {{.Cgroups}} are written as there, a capture that nothing captured is
    /// <c>&lt;no value&gt;</c>, and no name is reserved.</summary>
    public bool ProcessExporter { get; init; }

    /// <summary>Own labels: names, and templates of their values.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}

/// <summary>What is wrong with a rule.</summary>
/// <param name="Message">What is wrong and what to do, in one line.</param>
/// <param name="Key">Where: <c>name</c>, <c>cmdline[0]</c>, <c>labels.team</c>, ...</param>
public sealed record GroupRuleError(string Message, string Key);
