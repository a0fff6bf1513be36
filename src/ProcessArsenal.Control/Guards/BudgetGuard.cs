namespace ProcessArsenal.Control.Guards;

/// <summary>So many actions an hour, and no more: a storm must not take a host down. Across restarts of ours.</summary>
internal sealed class BudgetGuard : Guard
{
    public override string Name => "budget";

    public override bool CanBeForced => true;

    public override string? Check(GuardContext context)
    {
        if (!context.Request.Action.IsHarmful) return null; // What was suspended may always go on.
        int most = context.State.Options.MaxActionsPerHour, spent = context.State.SpentWithout(context.Request, context.Target);
        return spent >= most ? FormattableString.Invariant($"{spent} actions were taken within the last hour, and {most} are allowed (control.max_actions_per_hour). An administrator may overrule it with force.") : null;
    }
}
