namespace ProcessArsenal.Control.Supervision;

/// <summary>Makes what is shown of a supervisor of what it knows.</summary>
internal static class Showing
{
    public static SupervisorView Of(SupervisorSpec spec, SupervisorMachine machine, ChildSeat[] seats, IReadOnlyList<UnconfiguredChild> unconfigured, string? trouble, DateTimeOffset wall, TimeSpan now) => new(
        spec.Name, spec.Strategy, spec.MaxRestarts, spec.MaxSeconds, machine.Window.Failures.Count,
        machine.LatchedSince is { } since ? wall - (now - since) : null, machine.LatchedWhy,
        [.. seats.Select(seat => Of(seat, machine.Slots[seat.Index], machine.Window.CountOf(seat.Index), wall, now))], unconfigured, trouble);

    private static ChildView Of(ChildSeat seat, ChildSlot slot, int within, DateTimeOffset wall, TimeSpan now)
    {
        ChildState state = slot.Phase == ChildPhase.Up && seat.Life is { HasEnded: true } ? ChildState.Stopping : State(slot);
        return new ChildView(
            seat.Spec.Name, state, seat.Life?.Identity, state == ChildState.Running && seat.Life is { } life ? life.Started : wall - (now - slot.Since), seat.Life is { IsOurs: false },
            slot.Restarts, within, seat.LastEnd, seat.Health is { } health ? new ChildHealth(health.IsHealthy, health.Failures, health.Why) : null,
            state == ChildState.Waiting ? wall + (slot.NotBefore > now ? slot.NotBefore - now : TimeSpan.Zero) : null, seat.Log.Path, seat.Log.Dropped, seat.StopTrouble ?? seat.LogTrouble)
        {
            ChecksPassed = seat.ChecksPassed,
            ChecksFailed = seat.ChecksFailed,
        };
    }

    private static ChildState State(ChildSlot slot) => slot.Phase switch
    {
        ChildPhase.Starting => ChildState.Starting,
        ChildPhase.Up => ChildState.Running,
        ChildPhase.Stopping => ChildState.Stopping,
        _ => slot.Wish switch
        {
            ChildWish.Up => ChildState.Waiting,
            ChildWish.Stopped => ChildState.Stopped,
            ChildWish.Ended => ChildState.Ended,
            _ => ChildState.Failed,
        },
    };
}
