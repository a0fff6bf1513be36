using ProcessArsenal.Control.Alerting;

namespace ProcessArsenal.Control.Policies.Machine;

/// <summary>Something that policies go by.</summary>
internal abstract record PolicyEvent;

/// <summary>A sample was looked at.</summary>
/// <param name="Taken">When its processes were read.</param>
/// <param name="Looks">By policy: those of its targets for which its condition holds, or that it is at work on, or that an alert may mean. None: there is none.</param>
internal sealed record Sampled(DateTimeOffset Taken, IReadOnlyDictionary<string, IReadOnlyList<TargetLook>> Looks) : PolicyEvent
{
    /// <summary>Policies that have more targets than were looked at: nothing is begun by them.</summary>
    public IReadOnlySet<string> TooMany { get; init; } = new HashSet<string>();
}

/// <summary>Something happened to an alert.</summary>
internal sealed record Alerted(AlertEvent Event) : PolicyEvent
{
    /// <summary>The span that tells of it; null: nobody listens.</summary>
    public string? SpanId { get; init; }
}

/// <summary>A step that was begun has ended.</summary>
/// <param name="Run">Its number in full.</param>
/// <param name="Why">In words.</param>
internal sealed record StepFinished(string Run, StepOutcome Outcome, string Why) : PolicyEvent;

/// <summary>An operator has decided.</summary>
/// <param name="By">Whose token.</param>
internal sealed record ApprovalDecided(string Run, bool IsApproved, string By) : PolicyEvent;

/// <summary>The kill switch was pressed, or let go.</summary>
internal sealed record PauseChanged(bool IsPaused) : PolicyEvent;

/// <summary>The mode of a policy was set; its latch is let go with that.</summary>
/// <param name="Mode">Null: that of the configuration.</param>
internal sealed record ModeChanged(string Policy, PolicyMode? Mode) : PolicyEvent;

/// <summary>Other policies hold from now on.</summary>
internal sealed record Configured(PolicySet Policies) : PolicyEvent;

/// <summary>How a step ended.</summary>
internal enum StepOutcome : byte
{
    /// <summary>Done, and seen to be.</summary>
    Done,

    /// <summary>Tried in vain; it counts.</summary>
    Failed,

    /// <summary>A guard said no, or it could not be recorded: nothing was done, and it counts for nothing.</summary>
    Refused,

    /// <summary>What only records would have been too much for the target or the host: nothing was done, it counts for nothing, and what follows is done all the same.</summary>
    Skipped,
}

/// <summary>One process of a target.</summary>
/// <param name="Group">As far as that is proven; null: none.</param>
internal readonly record struct TargetMember(string Identity, string? Group);

/// <summary>What a sample says of one target of a policy: of all processes of one owner, or of a process that has none.</summary>
/// <param name="Key">Its owner, else its identity: what stays the same when it is restarted.</param>
/// <param name="Identities">Of its processes.</param>
/// <param name="Group">As far as that is proven; null: none.</param>
internal sealed record TargetLook(string Key, IReadOnlyList<string> Identities, string? Group)
{
    public string? Unit { get; init; }

    public string? Container { get; init; }

    /// <summary>The condition of the policy holds for one of them, or it has none.</summary>
    public bool Holds { get; init; }

    /// <summary>Those of its processes for which it holds, the oldest first.</summary>
    public IReadOnlyList<TargetMember> Holders { get => field ?? (Holds ? [.. Identities.Select(identity => new TargetMember(identity, Group))] : []); init; }

    /// <summary>The oldest of those, or of all of them.</summary>
    public string Identity { get; init; } = Identities.Count > 0 ? Identities[0] : "";

    /// <summary>Which conditions of escalations hold, by index.</summary>
    public uint Escalations { get; init; }

    /// <summary>Which steps' <c>until</c> holds for its processes, by index: for one of them at least, and for all of which it can be told.</summary>
    public uint Until { get; init; }

    /// <summary>One of its processes lives, past its grace period, and none of those is stopped. What such a one starts and waits for comes and goes.</summary>
    public bool IsHealthy { get; init; }

    /// <summary>How many of its processes are fit for work.</summary>
    public int HealthyHere { get; init; }

    /// <summary>How many others of its group are.</summary>
    public int HealthyBeside { get; init; }
}
