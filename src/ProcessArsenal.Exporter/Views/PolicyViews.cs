using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Policies.Running;
using ProcessArsenal.Exporter.Configuration.Kinds.Policies;

namespace ProcessArsenal.Exporter.Views;

/// <summary>All policies.</summary>
internal sealed record PolicyListView(IReadOnlyList<PolicyView> Policies)
{
    /// <summary>Until when no policy begins anything, as too much began at once; null: they may.</summary>
    public DateTimeOffset? StormUntil { get; init; }

    /// <summary>Why nothing is done by policies; null: something may be.</summary>
    public string? Trouble { get; init; }
}

/// <summary>One policy, as it stands.</summary>
/// <param name="Mode">In force.</param>
/// <param name="ConfiguredMode">What the configuration says.</param>
internal sealed record PolicyView(string Name, string Mode, string ConfiguredMode)
{
    /// <summary>Set at run time, until the configuration says something else; null: it was not.</summary>
    public string? SetMode { get; init; }
    public DateTimeOffset? LatchedSince { get; init; }
    public string? LatchedWhy { get; init; }
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Alert { get; init; }
    public string? When { get; init; }
    public string? Target { get; init; }

    /// <summary>As YAML.</summary>
    public required IReadOnlyList<string> Steps { get; init; }
    public required IReadOnlyList<string> Escalation { get; init; }
    public required string Limits { get; init; }

    /// <summary>Targets for which its condition holds.</summary>
    public int Holding { get; init; }

    /// <summary>Alerts that fire for it.</summary>
    public int Alerts { get; init; }
    public int ActionsWithinHour { get; init; }

    /// <summary>Runs in a row that cured nothing.</summary>
    public int Uncured { get; init; }
    public long Cured { get; init; }
    public long NotCured { get; init; }
    public long Unverified { get; init; }
    public IReadOnlyList<PolicyRunStatus> Runs { get; init; } = [];

    public static PolicyView Of(PolicyStatus status)
    {
        Policy policy = status.Policy;
        return new PolicyView(policy.Name, status.Mode.Name(), policy.Mode.Name())
        {
            SetMode = status.SetMode?.Name(),
            LatchedSince = status.LatchedSince,
            LatchedWhy = status.LatchedWhy,
            Alert = policy.Alert?.Labels,
            When = policy.When?.Text,
            Target = policy.Target?.Text,
            Steps = [.. policy.Steps.Select(new StepKind().Format)],
            Escalation = [.. policy.Escalation.Select(new EscalationKind().Format)],
            Limits = PolicyKeys.LimitsText(policy.Limits),
            Holding = status.Holding,
            Alerts = status.Alerts,
            ActionsWithinHour = status.ActionsWithinHour,
            Uncured = status.Uncured,
            Cured = status.Score.Cured,
            NotCured = status.Score.NotCured,
            Unverified = status.Score.Unverified,
            Runs = status.Runs,
        };
    }
}

/// <summary>What was decided on a run that waited for an operator.</summary>
/// <param name="Decision">approved or rejected.</param>
internal sealed record ApprovalView(string Id, string Decision, string By);

/// <summary>What policies would do. Nothing was done.</summary>
internal sealed record ExplainView(IReadOnlyList<ExplainedAlertView> Alerts)
{
    /// <summary>The entry of the ledger that it is about; null: about none.</summary>
    public ActionView? Entry { get; init; }

    /// <summary>The same action, once more; null: it is none that can be asked for.</summary>
    public ReplayView? Replay { get; init; }

    /// <summary>What is not known any more, and the like.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>What would come of the same action on the same target, by today's guards. Nothing was done.</summary>
/// <param name="Said">In one sentence.</param>
internal sealed record ReplayView(string Action, string Target, string Said)
{
    public IReadOnlyList<Control.GuardVerdict> Verdicts { get; init; } = [];
}

/// <summary>What they would do about one alert.</summary>
/// <param name="Labels">Of it; null: no alert, conditions alone.</param>
internal sealed record ExplainedAlertView(IReadOnlyDictionary<string, string>? Labels, IReadOnlyList<ExplainedPolicyView> Policies)
{
    /// <summary>Why nothing is begun for it, whatever policies say, if it is delivered as it is; null: that is up to them.</summary>
    public string? Nothing { get; init; }
}

/// <summary>What one policy would do.</summary>
internal sealed record ExplainedPolicyView(string Policy, string Mode, bool SetOff, string Verdict)
{
    public IReadOnlyList<string> Limits { get; init; } = [];
    public IReadOnlyList<TargetExplanation> Targets { get; init; } = [];

    public static ExplainedPolicyView Of(PolicyExplanation explanation) => new(explanation.Policy, explanation.Mode.Name(), explanation.IsSetOff, explanation.Verdict) { Limits = explanation.Limits, Targets = explanation.Targets };
}
