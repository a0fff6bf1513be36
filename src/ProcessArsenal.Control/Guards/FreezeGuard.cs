namespace ProcessArsenal.Control.Guards;

/// <summary>Who stands still answers nobody: not for longer than is allowed.</summary>
internal sealed class FreezeGuard : Guard
{
    public override string Name => "freeze";

    public override string? Check(GuardContext context) => context.Reach.Burden is { } burden && burden.Freeze > burden.MaxFreeze
        ? FormattableString.Invariant($"it would be {burden}, and may for {burden.MaxFreeze.TotalSeconds:0.###} s. To allow it: max_freeze (--max-freeze {Math.Ceiling(burden.Freeze.TotalSeconds * 1.5):0}s)") : null;
}
