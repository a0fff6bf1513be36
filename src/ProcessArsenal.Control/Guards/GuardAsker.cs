using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Guards;

/// <summary>Asks the guards about a target as the kernel tells of it now, and about those that would end with it.</summary>
internal sealed class GuardAsker(ProcFs proc, TargetResolver resolver)
{
    /// <returns>Null if nobody is against it.</returns>
    public Objection? Ask(ControlRequest request, Attempt attempt, ControlState state)
    {
        TargetFacts? facts = attempt.Process is null ? null : TargetFacts.Read(proc, attempt.Process);
        if (attempt.Target.Supervised is not { } child)
        {
            if (facts is null && !request.Action.OnlyLooks) return new Objection(GuardCatalogue.Identity, "it has ended");
        }
        else if (child.View.Identity is { } now && now != attempt.Target.Identity) return new Objection(GuardCatalogue.Identity, $"its process is another since it was decided ({now}): ask again");
        if (facts is not null) attempt.Target = attempt.Target with { Name = facts.Name };
        var context = new GuardContext(request, attempt.Target, facts, attempt.Reach, state);
        // Who must not be touched is so whoever owns it.
        return GuardCatalogue.Ask(context) ?? attempt.Reach.Objection ?? AskOfOthers(context);
    }

    /// <summary>What every guard says, and what is to be said against it beyond them. Changes nothing.</summary>
    public IReadOnlyList<GuardVerdict> AskAll(ControlRequest request, Attempt attempt, ControlState state)
    {
        if (attempt.Objection is { } first) return [new GuardVerdict(first.Guard, first.Reason)];
        TargetFacts? facts = attempt.Process is null ? null : TargetFacts.Read(proc, attempt.Process);
        if (facts is null && attempt.Target.Supervised is null) return [new GuardVerdict(GuardCatalogue.Identity, "it has ended")];
        var context = new GuardContext(request, attempt.Target, facts, attempt.Reach, state);
        Objection? beyond = attempt.Reach.Objection ?? AskOfOthers(context);
        return [new GuardVerdict(GuardCatalogue.Identity, null), .. GuardCatalogue.AskAll(context), .. beyond is null ? (GuardVerdict[])[] : [new GuardVerdict(beyond.Guard, beyond.Reason)]];
    }

    /// <summary>Those that are about a process itself, of one that would end with the target.</summary>
    public Objection? AskOf(GuardContext context, ProcessIdentity other)
    {
        using HeldProcess? held = HeldProcess.Open(proc, other, out _);
        if (held is null || TargetFacts.Read(proc, held) is not { } facts) return null; // It has ended.
        return GuardCatalogue.Ask(context with { Target = resolver.Find(other, facts), Read = facts }, ofEach: true) is not { } objection ? null
            : objection with { Reason = FormattableString.Invariant($"pid {other.Pid} ({facts.Name}) would end with it, and {objection.Reason}") };
    }

    private Objection? AskOfOthers(GuardContext context)
    {
        foreach (ProcessIdentity other in context.Reach.Others)
            if (AskOf(context, other) is { } objection) return objection with { Reason = $"of {context.Reach.Owner}: {objection.Reason}" };
        return null;
    }
}
