using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>Something that is wrong, with the evidence and what to do.</summary>
public sealed record Finding
{
    /// <summary>What it is: crash_loop, fork_storm, zombies, stopped, descriptors, starved_thread_pool, starved_of_cpu, ...</summary>
    public required string Kind { get; init; }

    /// <summary>How much it matters: one of <see cref="FindingSeverity"/>.</summary>
    public required string Severity { get; init; }

    /// <summary>Whom it is about; null if that is a group, or the program of a recording.</summary>
    public Relative? Process { get; init; }

    public string? Group { get; init; }

    /// <summary>What was seen, with figures.</summary>
    public required string What { get; init; }

    /// <summary>What to do: a command or a setting.</summary>
    public required string Advice { get; init; }
}

/// <summary>How much a finding matters.</summary>
public static class FindingSeverity
{
    /// <summary>Worth knowing.</summary>
    public const string Info = "info";

    /// <summary>It will hurt, or hurts a little.</summary>
    public const string Warning = "warning";

    /// <summary>Something does not do its work.</summary>
    public const string Critical = "critical";

    /// <summary>The worst first.</summary>
    internal static readonly string[] Order = [Critical, Warning, Info];
}
