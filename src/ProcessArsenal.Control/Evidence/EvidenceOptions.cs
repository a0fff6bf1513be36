namespace ProcessArsenal.Control.Evidence;

/// <summary>How evidence is taken.</summary>
public sealed record EvidenceOptions
{
    public static readonly TimeSpan LeastBudget = TimeSpan.FromSeconds(1), MostBudget = TimeSpan.FromMinutes(2);

    /// <summary>How long an action waits for it at most, 1 s to 2 min.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Policies take it before each step that may end its target.</summary>
    public bool BeforePolicies { get; init; } = true;
}
