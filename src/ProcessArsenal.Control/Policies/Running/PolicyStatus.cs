using ProcessArsenal.Control.Policies.Machine;

namespace ProcessArsenal.Control.Policies.Running;

/// <summary>How a policy stands, at one moment.</summary>
/// <param name="Mode">In force.</param>
public sealed record PolicyStatus(Policy Policy, PolicyMode Mode)
{
    /// <summary>Set at run time, until the configuration says something else; null: it was not.</summary>
    public PolicyMode? SetMode { get; init; }

    /// <summary>Since when it only observes, as it has cured nothing too often; null: it does not.</summary>
    public DateTimeOffset? LatchedSince { get; init; }

    public string? LatchedWhy { get; init; }

    /// <summary>Runs in a row that cured nothing.</summary>
    public int Uncured { get; init; }

    public PolicyScore Score { get; init; } = new(0, 0, 0);

    /// <summary>Actions within the last hour.</summary>
    public int ActionsWithinHour { get; init; }

    /// <summary>Alerts that fire for it.</summary>
    public int Alerts { get; init; }

    /// <summary>Targets for which its condition holds.</summary>
    public int Holding { get; init; }

    public IReadOnlyList<PolicyRunStatus> Runs { get; init; } = [];

    internal static PolicyStatus Of(PolicyBook book, DateTimeOffset now) => new(book.Policy, book.Mode)
    {
        SetMode = book.SetMode,
        LatchedSince = book.LatchedSince,
        LatchedWhy = book.LatchedWhy,
        Uncured = book.Uncured,
        Score = book.Score,
        ActionsWithinHour = book.Budget.Spent(now),
        Alerts = book.Incidents.Count,
        Holding = book.Policy.When is null ? 0 : book.Looks.Values.Count(static look => look.Holds),
        Runs = [.. book.Runs.Values.Select(run => new PolicyRunStatus(run.Id, run.Target, run.Key, PhaseOf(run), run.Began)
        {
            Incident = run.Incident,
            TraceId = run.TraceId,
            Step = StepOf(book.Policy, run)?.Name,
            Until = run.Phase is RunPhase.Approval or RunPhase.Verifying or RunPhase.Watching ? run.Deadline : null,
            ApprovedBy = run.ApprovedBy,
        })],
    };

    private static string PhaseOf(PolicyRun run) => run.Phase switch
    {
        RunPhase.Approval => run.ApprovedBy is null ? PolicyRunStatus.WaitsForApproval : "approved",
        RunPhase.Steps => "steps",
        RunPhase.Verifying => "verifying",
        RunPhase.Watching => "watching",
        _ => "escalating",
    };

    private static PolicyStep? StepOf(Policy policy, PolicyRun run) => run.Phase switch
    {
        RunPhase.Steps when run.Step < policy.Steps.Count => policy.Steps[run.Step],
        RunPhase.Escalating when run.Escalated <= policy.Escalation.Count => policy.Escalation[run.Escalated - 1].Step, // Else it is under way still, and the policy was changed.
        _ => null,
    };
}

/// <summary>A policy at work on a target.</summary>
/// <param name="Id">Of the run, by which it is approved.</param>
/// <param name="Target">Identity that set it off.</param>
/// <param name="Key">Whose it is: child/NAME, unit/NAME, container/ID or process/IDENTITY.</param>
/// <param name="Phase">approval, approved, steps, verifying, watching, escalating.</param>
public sealed record PolicyRunStatus(string Id, string Target, string Key, string Phase, DateTimeOffset Began)
{
    public const string WaitsForApproval = "approval";

    public string? Incident { get; init; }

    public string? TraceId { get; init; }

    /// <summary>The step that is under way or comes next; null: it looks or waits.</summary>
    public string? Step { get; init; }

    /// <summary>When what it waits for is over; null: it does not wait.</summary>
    public DateTimeOffset? Until { get; init; }

    public string? ApprovedBy { get; init; }
}
