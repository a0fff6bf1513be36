using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control;

/// <summary>That something be done, whichever way it came in.</summary>
/// <param name="Action">What.</param>
/// <param name="Selection">To whom.</param>
/// <param name="Caller">Who asks, and what he may do.</param>
/// <param name="Trigger">By which way: api, cli, alert, policy.</param>
public sealed record ControlRequest(ControlAction Action, TargetSelection Selection, AccessToken Caller, string Trigger)
{
    /// <summary>Why, in words; kept in the ledger.</summary>
    public string? Reason { get; init; }

    /// <summary>By which policy, if by one.</summary>
    public string? Policy { get; init; }

    /// <summary>Of a policy: which of its runs; null: it is by none.</summary>
    public string? Run { get; init; }

    /// <summary>By which alert, if by one: the incident's name.</summary>
    public string? Incident { get; init; }

    /// <summary>What makes it happen once.</summary>
    public IdempotencyKey? Key { get; init; }

    /// <summary>Only say what would be done.</summary>
    public bool IsPreview { get; init; }

    /// <summary>Of a preview: what every guard says, not only the first that is against it.</summary>
    public bool AsksAll { get; init; }

    /// <summary>Also where a guard that can be overruled says no. Takes the role admin.</summary>
    public bool Force { get; init; }

    public ControlLimits Limits { get; init; } = new();

    /// <summary>How long may be taken for evidence before anything is done; null: none is taken.</summary>
    public TimeSpan? Evidence { get; init; }

    /// <summary>Of which process, if not of the target's own: of one that has ended, and whose owner is asked to start another, say.</summary>
    public ProcessIdentity? EvidenceOf { get; init; }

    /// <summary>What belongs together in the ledger and in traces: 32 hexadecimal digits; null: none.</summary>
    public string? TraceId { get; init; }
}

/// <summary>How far a request may go.</summary>
public sealed record ControlLimits
{
    /// <summary>Most processes at once: more, and nothing is done to any.</summary>
    public int MaxTargets { get; init; } = 1;

    /// <summary>How many of a target's group must be left that are fit for work.</summary>
    public int MinHealthy { get; init; }

    /// <summary>Younger ones are let be.</summary>
    public TimeSpan MinUptime { get; init; }

    /// <summary>How long the same is not done again by the same policy to the same group, or to the same process if it is in none.</summary>
    public TimeSpan Cooldown { get; init; }
}
