namespace ProcessArsenal.Control.Supervision;

/// <summary>One supervisor. More than <see cref="MaxRestarts"/> failures within <see cref="MaxSeconds"/> and it latches: it starts nothing more by itself.</summary>
/// <param name="Name">As that of a child.</param>
/// <param name="Children">In the order in which they are started; they are stopped in the reverse order. 1 to 64.</param>
public sealed record SupervisorSpec(string Name, IReadOnlyList<ChildSpec> Children)
{
    public RestartStrategy Strategy { get; init; } = RestartStrategy.OneForOne;

    /// <summary>0 to 1000; 0: the first failure latches.</summary>
    public int MaxRestarts { get; init; } = 3;

    /// <summary>1 to 86400.</summary>
    public int MaxSeconds { get; init; } = 60;
}
