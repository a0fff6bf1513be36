using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Guards;

/// <summary>Enough of a group must be left that are fit for work. Who only calls itself like them does not count.</summary>
internal sealed class HealthyGuard : Guard
{
    public override string Name => "min_healthy";

    public override bool IsOfProcess => true;

    public override bool CanBeForced => true;

    public override string? Check(GuardContext context)
    {
        int least = context.Request.Limits.MinHealthy;
        if (least <= 0 || !context.Request.Action.IsHarmful) return null;
        if (context.Target.Group is not { } group) return "nobody can say how many like it are left: its group is not proven by its executable, unit or container";
        int left = context.State.HealthyBeside(group, new HashSet<ProcessIdentity>([context.Target.Identity, .. context.Reach.Others]));
        return left < least ? FormattableString.Invariant($"{left} of the group {group} would be left that are fit for work, and {least} must be (min_healthy)") : null;
    }
}
