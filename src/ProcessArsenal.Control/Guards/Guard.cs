using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Targeting;

namespace ProcessArsenal.Control.Guards;

/// <summary>One reason not to do something. Each is asked when it is decided, and again immediately before the harm, since the world moves on while an intent
/// is recorded and evidence is taken. A new one is a file and a line in <see cref="GuardCatalogue"/>.</summary>
internal abstract class Guard
{
    /// <summary>As it is written in answers, in the ledger and in metrics; stays.</summary>
    public abstract string Name { get; }

    /// <summary>An administrator may overrule it with <c>force</c>.</summary>
    public virtual bool CanBeForced => false;

    /// <summary>It is about a process itself: so it is asked of each that the action would end, not of the target alone.</summary>
    public virtual bool IsOfEach => false;

    /// <summary>It goes by the process: of a child that does not run it is not asked.</summary>
    public virtual bool IsOfProcess => IsOfEach;

    /// <returns>Null if it has nothing against it; else why not, and what to do about it.</returns>
    public abstract string? Check(GuardContext context);
}

/// <summary>What a guard goes by.</summary>
/// <param name="Read">What the kernel says of the target just now; null: it is a child that does not run.</param>
/// <param name="Reach">What would be done beyond it.</param>
internal sealed record GuardContext(ControlRequest Request, Target Target, TargetFacts? Read, Reach Reach, ControlState State)
{
    /// <summary>The same, for guards that are asked of processes alone.</summary>
    public TargetFacts Facts => Read ?? throw new InvalidOperationException("It has no process.");
}

/// <summary>A guard said no.</summary>
internal sealed record Objection(string Guard, string Reason);
