namespace ProcessArsenal.Control.Supervision;

/// <summary>A child as a plan sees it.</summary>
/// <param name="IsAlive">It runs, or is being started or stopped.</param>
/// <param name="MayStart">Neither was it stopped by an operator, nor given up.</param>
internal readonly record struct Sibling(RestartType Restart, bool IsAlive, bool MayStart);

/// <summary>Who is stopped and who is started because one child failed.</summary>
/// <param name="Stop">In this order.</param>
/// <param name="Start">In this order, once those are stopped.</param>
internal sealed record RestartPlan(IReadOnlyList<int> Stop, IReadOnlyList<int> Start)
{
    /// <summary>Whether the end of a child is to be made good.</summary>
    /// <param name="isNormal">Exit code 0; false too if nobody knows.</param>
    public static bool IsFailure(RestartType restart, bool isNormal) => restart switch
    {
        RestartType.Permanent => true,
        RestartType.Transient => !isNormal,
        _ => false,
    };

    /// <summary>As OTP does it: temporary siblings are stopped and not started again, transient ones that had ended by themselves are started again. Unlike OTP,
    /// one that an operator has stopped stays so: whoever does that means it.</summary>
    public static RestartPlan For(RestartStrategy strategy, int failed, IReadOnlyList<Sibling> children)
    {
        (int first, int last) = strategy switch
        {
            RestartStrategy.OneForAll => (0, children.Count - 1),
            RestartStrategy.RestForOne => (failed, children.Count - 1),
            _ => (failed, failed),
        };
        int[] reach = [.. Enumerable.Range(first, last - first + 1)];
        return new RestartPlan(
            [.. reach.Reverse().Where(i => i != failed && children[i].IsAlive)],
            [.. reach.Where(i => i == failed || (children[i].Restart != RestartType.Temporary && children[i].MayStart))]);
    }
}
