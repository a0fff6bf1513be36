using System.Text.Json.Serialization;

namespace ProcessArsenal.Control.Policies.Machine;

/// <summary>Where a run is.</summary>
internal enum RunPhase : byte
{
    /// <summary>An operator is asked, or has approved and it waits for its turn.</summary>
    Approval,

    /// <summary>Its steps are carried out.</summary>
    Steps,

    /// <summary>It is seen whether they have helped.</summary>
    Verifying,

    /// <summary>They have not: it is seen whether an escalation is due.</summary>
    Watching,

    /// <summary>An escalation is carried out.</summary>
    Escalating,
}

/// <summary>A policy at work on one target. Immutable: as it is at one moment, and as it is kept across restarts.</summary>
/// <param name="Id">Name of the policy and a number that rises: never given twice.</param>
/// <param name="Plan">Of the policy as it was: a run does not go on by other steps than it began with.</param>
/// <param name="Key">Whom it is about, whichever process that has.</param>
/// <param name="Target">The identity that set it off.</param>
/// <param name="Incident">Of the alert that set it off; null: the condition alone did.</param>
/// <param name="TraceId">What belongs to it in ledger and traces: 32 hexadecimal digits.</param>
internal sealed record PolicyRun(string Id, string Plan, string Key, string Target, string? Incident, string TraceId, DateTimeOffset Began)
{
    /// <summary>The span that told of the alert; null: there is none.</summary>
    public string? SpanId { get; init; }

    public RunPhase Phase { get; init; }

    /// <summary>Of the target, as far as that is proven; null: none.</summary>
    public string? Group { get; init; }

    /// <summary>A step is under way, which was told to begin.</summary>
    public bool IsUnderWay { get; init; }

    /// <summary>That one may end the target.</summary>
    public bool IsHarming { get; init; }

    /// <summary>Index of the step that is under way, or comes next.</summary>
    public int Step { get; init; }

    /// <summary>How many escalations were begun.</summary>
    public int Escalated { get; init; }

    /// <summary>Actions that are set aside for it, and have not begun.</summary>
    public int Reserved { get; init; }

    /// <summary>How many actions were begun, without those that were refused.</summary>
    public int Actions { get; init; }

    /// <summary>How many of these may end the target.</summary>
    public int Harms { get; init; }

    [JsonIgnore]
    public bool HasActed => Actions > 0;

    [JsonIgnore]
    public bool HasHarmed => Harms > 0;

    /// <summary>The last of these was a restart: another process has to be there.</summary>
    public bool HasRestarted { get; init; }

    /// <summary>A verification said that it has not helped.</summary>
    public bool HasFailed { get; init; }

    /// <summary>A step was left out, as it would have been too much for the target or the host.</summary>
    public bool HasSkipped { get; init; }

    /// <summary>An operator has approved.</summary>
    public string? ApprovedBy { get; init; }

    /// <summary>The alert came again: an escalation need not wait.</summary>
    public bool IsUrged { get; init; }

    /// <summary>Why it ends with the step that is under way; null: it goes on.</summary>
    public string? Ends { get; init; }

    /// <summary>The end of the last action; before one, of the wait for an operator or the beginning.</summary>
    public DateTimeOffset Since { get; init; } = Began;

    /// <summary>When the step that is under way, or was last, began.</summary>
    public DateTimeOffset StepBegan { get; init; } = Began;

    /// <summary>When what it waits for is over.</summary>
    public DateTimeOffset Deadline { get; init; }

    /// <summary>Nobody else is to do anything to its target. Not kept: it follows from the phase.</summary>
    [JsonIgnore]
    public bool HoldsTarget => Phase is RunPhase.Steps or RunPhase.Verifying or RunPhase.Escalating;
}
