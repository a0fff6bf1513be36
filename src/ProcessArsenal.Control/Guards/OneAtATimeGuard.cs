namespace ProcessArsenal.Control.Guards;

/// <summary>What weighs on disk and memory is done once at a time on a host.</summary>
internal sealed class OneAtATimeGuard : Guard
{
    public override string Name => "one_at_a_time";

    public override string? Check(GuardContext context) => context.Reach.Burden?.Other is { } other ? $"another is under way ({other}), and a host takes one at a time: wait for its end" : null;
}
