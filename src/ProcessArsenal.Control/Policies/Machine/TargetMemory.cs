namespace ProcessArsenal.Control.Policies.Machine;

/// <summary>What a policy remembers of a target that it is not at work on.</summary>
/// <param name="Until">It is let be until then.</param>
/// <param name="Ended">When the last run ended.</param>
/// <param name="IsUnverified">It had done something that may end it, and nothing has told whether that has helped.</param>
internal sealed record TargetMemory(string Key, DateTimeOffset Until, DateTimeOffset Ended, bool IsUnverified)
{
    /// <summary>Who comes back within that time was not cured.</summary>
    public static readonly TimeSpan Recurrence = TimeSpan.FromHours(1);

    public DateTimeOffset Expires => Until > Ended + Recurrence ? Until : Ended + Recurrence;
}
