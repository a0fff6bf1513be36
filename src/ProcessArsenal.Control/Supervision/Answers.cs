using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Supervision;

/// <summary>When what was asked for has come about: each null as long as it has not.</summary>
internal static class Answers
{
    public static ChildAnswer? Stop(ChildSlot slot, ChildSeat seat, ProcessIdentity? before) => slot switch
    {
        { Phase: ChildPhase.Down } => new ChildAnswer(null, before),
        { IsStuck: true } => new ChildAnswer(seat.StopTrouble, before, seat.Life?.Identity),
        { Wish: not ChildWish.Stopped } => new ChildAnswer("it was asked to start meanwhile", before, seat.Life?.Identity),
        _ => null,
    };

    /// <param name="before">Who it was when it was asked for.</param>
    /// <param name="failures">Its <see cref="ChildSeat.LaunchFailures"/> then.</param>
    public static ChildAnswer? Start(ChildSlot slot, ChildSeat seat, ProcessIdentity? before, int failures) => slot switch
    {
        { Phase: ChildPhase.Up, StopToRenew: false } when seat.Life?.Identity != before => new ChildAnswer(null, before, seat.Life?.Identity),
        { IsStuck: true } => new ChildAnswer(seat.StopTrouble, before, seat.Life?.Identity),
        _ when seat.LaunchFailures != failures => new ChildAnswer(seat.LastEnd?.Why, before),
        { Wish: not ChildWish.Up } => new ChildAnswer(seat.LastEnd is { } end ? $"it does not run: {end.Why}" : "it was stopped meanwhile", before),
        _ => null,
    };

    public static ChildAnswer? StopAll(IReadOnlyList<ChildSlot> slots, ChildSeat[] seats)
    {
        if (slots.Any(slot => slot.IsAlive && !slot.IsStuck)) return null;
        string left = string.Join(", ", seats.Where(seat => slots[seat.Index].IsStuck).Select(seat => $"{seat.Spec.Name}: {seat.StopTrouble}"));
        return new ChildAnswer(left.Length == 0 ? null : left);
    }
}
