namespace ProcessArsenal.Control.Policies.Machine;

/// <summary>Something that is to be done, or said, once the changes that come with it are durable.</summary>
/// <param name="Policy">By which.</param>
internal abstract record PolicyDecision(string Policy);

/// <summary>A step is to be begun; <see cref="StepFinished"/> is to tell of its end.</summary>
/// <param name="Run">As it is now.</param>
internal sealed record BeginStep(string Policy, PolicyRun Run, PolicyStep Step, bool IsEscalation) : PolicyDecision(Policy)
{
    /// <summary>The process that is meant now.</summary>
    public string Identity { get; init; } = Run.Target;
}

/// <summary>It would act now, but may not: to be said, in <see cref="PolicyMode.DryRun"/> with what the guards say.</summary>
internal sealed record WouldAct(string Policy, PolicyMode Mode, TargetLook Target, string? Incident, string TraceId) : PolicyDecision(Policy);

/// <summary>It would act now, but for a limit of its own.</summary>
/// <param name="Limit">Which, as it is written in the configuration.</param>
/// <param name="Key">Whom it is about; null: all.</param>
internal sealed record HeldBack(string Policy, string Limit, string? Key, string Why) : PolicyDecision(Policy);

/// <summary>An operator is asked.</summary>
internal sealed record ApprovalAsked(string Policy, PolicyRun Run, DateTimeOffset Until) : PolicyDecision(Policy);

/// <summary>A run has ended.</summary>
/// <param name="Why">In words.</param>
internal sealed record RunEnded(string Policy, PolicyRun Run, RunResult Result, string Why) : PolicyDecision(Policy);

/// <summary>It has cured nothing too often, and only observes from now on: somebody is to be told.</summary>
internal sealed record Latched(string Policy, string Why) : PolicyDecision(Policy);

/// <summary>Too much at once: nothing new is begun by any policy for a while.</summary>
internal sealed record StormBegan(string Policy, DateTimeOffset Until) : PolicyDecision(Policy);

/// <summary>What came of a run.</summary>
internal enum RunResult : byte
{
    /// <summary>It was verified: what set it off is over.</summary>
    Cured,

    /// <summary>All was done, or could not be, and it is as before.</summary>
    NotCured,

    /// <summary>All was done, and nothing tells whether it has helped.</summary>
    Unverified,

    /// <summary>A guard or a limit said no.</summary>
    Refused,

    /// <summary>What set it off was over before anything had ended it; or the policy may act no more, or all is paused.</summary>
    Cancelled,

    /// <summary>An operator said no.</summary>
    Rejected,

    /// <summary>No operator said anything in time.</summary>
    Expired,
}
