namespace ProcessArsenal.Control.Actions;

/// <summary><c>kill</c>: SIGKILL, at once.</summary>
public sealed class KillAction : ControlAction
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public override string Name => "kill";

    /// <summary>Who has lost patience with a stop need not wait for its timeout, nor with what begins by one; nor for a dump.</summary>
    public override bool Overtakes(ControlAction other) => other.Name is "stop" or "start" or "restart" or "dump";

    internal override Task<ActionEnd> ActAsync(ActionContext context, CancellationToken cancellation) => KillAsync(context, null, cancellation);

    /// <param name="why">Why that was needed; null: it was asked for.</param>
    internal static async Task<ActionEnd> KillAsync(ActionContext context, string? why, CancellationToken cancellation)
    {
        if (context.Process.Send(SignalNames.Kill) is { } wrong && !context.Process.HasEnded()) return new ActionEnd(false, wrong);
        if (await context.Process.WaitAsync(Patience, context.Time, cancellation).ConfigureAwait(false)) return await Ending.OfAsync(context, SignalNames.Kill, why, cancellation).ConfigureAwait(false);
        return new ActionEnd(false, FormattableString.Invariant($"SIGKILL was delivered, but it has not ended within {Patience.TotalSeconds:0} s: the kernel holds it in a call that can't be interrupted (state D); it ends when that does"));
    }
}
