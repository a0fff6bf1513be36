using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Guards;

/// <summary>One thing at a time for each process, and not too many at once for the host.</summary>
internal sealed class ConcurrencyGuard : Guard
{
    /// <summary>Actions of the host that are under way.</summary>
    public const int Most = 100;

    public override string Name => "concurrency";

    public override string? Check(GuardContext context)
    {
        if (context.State.ActionOn(context.Target, context.Request) is { } other) return $"another is under way for it already ({other}): wait for its end";
        foreach (ProcessIdentity reached in context.Reach.Others)
            if (context.State.ActionOn(reached, context.Request) is { } amid) return FormattableString.Invariant($"{amid} is under way for pid {reached.Pid}, which {context.Reach.Owner} has too: wait for its end");
        return context.State.OpenWithout(context.Target.Key) >= Most ? $"{Most} actions of this host are under way: wait for the end of some" : null;
    }
}
