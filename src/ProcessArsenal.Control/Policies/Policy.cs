using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Control.Policies;

/// <summary>What is to be done by itself, when, to whom at most, and how often at most.</summary>
/// <param name="Name">Letters, digits, '-', '_' and '.'.</param>
public sealed record Policy(string Name)
{
    public const int MostPolicies = 100, MostSteps = 16, MostEscalations = 8;

    /// <summary>That of the configuration; another may have been set since.</summary>
    public PolicyMode Mode { get; init; } = PolicyMode.Observe;

    /// <summary>Which alerts set it off; null: none does. With <see cref="When"/> both must hold.</summary>
    public AlertMatch? Alert { get; init; }

    /// <summary>What sets it off in a sample; null: an alert alone does.</summary>
    public Expression? When { get; init; }

    /// <summary>The most that it may ever touch; null: whomever <see cref="When"/> or the alert's labels name.</summary>
    public Expression? Target { get; init; }

    public IReadOnlyList<PolicyStep> Steps { get; init; } = [];

    public IReadOnlyList<EscalationStep> Escalation { get; init; } = [];

    public PolicyLimits Limits { get; init; } = new();

    /// <summary>What tells whether it has helped; null: nothing does.</summary>
    public VerifyStep? Verification => Steps.OfType<VerifyStep>().LastOrDefault();

    /// <summary>Something in it may end its target.</summary>
    public bool IsHarmful => Steps.Any(static step => step.IsHarmful) || Escalation.Any(static escalation => escalation.Step.IsHarmful);

    /// <summary>Actions that its steps take, when all of them are carried out.</summary>
    public int Actions => Steps.Count(static step => step.Acts);
}

/// <summary>How often, and to how many at once.</summary>
public sealed record PolicyLimits
{
    public const int MostActionsPerHour = 1000;

    /// <summary>How long a target is let be after the end of what was done to it.</summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Actions of this policy within any hour; recordings count too.</summary>
    public int MaxActionsPerHour { get; init; } = 10;

    /// <summary>Targets that it works on at once.</summary>
    public int MaxConcurrent { get; init; } = 1;

    /// <summary>Targets that may be meant at once: with more, nothing is done to any.</summary>
    public int MaxTargets { get; init; } = 1;

    /// <summary>How many of the target's group must be left that are fit for work.</summary>
    public int MinHealthy { get; init; }

    /// <summary>Younger processes are let be.</summary>
    public TimeSpan MinUptime { get; init; }

    /// <summary>An alert of which one delivery names more instances than that is about the fleet: every host would act at once.</summary>
    public int MaxInstances { get; init; } = 5;

    /// <summary>After so many times in a row without a cure it only observes; 0: never.</summary>
    public int LatchAfter { get; init; } = 3;

    /// <summary>How long an operator has to approve.</summary>
    public TimeSpan ApprovalTimeout { get; init; } = TimeSpan.FromMinutes(15);
}
