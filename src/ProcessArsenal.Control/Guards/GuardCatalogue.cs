namespace ProcessArsenal.Control.Guards;

/// <summary>Every guard, in the order in which they are asked: the first that objects is named.</summary>
internal static class GuardCatalogue
{
    /// <summary>Asked before these, of the whole request and of whom it means.</summary>
    public const string MaxTargets = "max_targets", Identity = "identity";

    public static readonly Guard[] All =
    [
        new PauseGuard(),
        new SelfGuard(),
        new ProtectedGuard(),
        new ChangedGuard(),
        new UptimeGuard(),
        new ConcurrencyGuard(),
        new OneAtATimeGuard(),
        new DiskHeadroomGuard(),
        new MemoryHeadroomGuard(),
        new FreezeGuard(),
        new HealthyGuard(),
        new CooldownGuard(),
        new BudgetGuard(),
    ];

    /// <summary>What each says that is asked of such a target, in their order.</summary>
    public static IEnumerable<GuardVerdict> AskAll(GuardContext context) => All.Where(guard => !(guard.CanBeForced && context.Request.Force) && !(guard.IsOfProcess && context.Read is null)).Select(guard => new GuardVerdict(guard.Name, guard.Check(context)));

    /// <param name="ofEach">Only those that are about a process itself: it is not the target, and would end with it.</param>
    /// <returns>The first objection; null if there is none.</returns>
    public static Objection? Ask(GuardContext context, bool ofEach = false)
    {
        foreach (Guard guard in All)
        {
            if (ofEach && !guard.IsOfEach) continue;
            if (guard.CanBeForced && context.Request.Force) continue;
            if (guard.IsOfProcess && context.Read is null) continue;
            if (guard.Check(context) is { } reason) return new Objection(guard.Name, reason);
        }
        return null;
    }
}
