namespace ProcessArsenal.Control.Actions;

/// <summary><c>stop</c>: SIGTERM, time to end, and SIGKILL if it does not.</summary>
/// <param name="timeout">The time to end.</param>
public sealed class StopAction(TimeSpan timeout) : ControlAction
{
    public static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(10), LongestTimeout = TimeSpan.FromMinutes(5);

    public override string Name => "stop";

    public override string Parameters => FormattableString.Invariant($"timeout={timeout.TotalSeconds:0.###}s");

    internal override async Task<ActionEnd> ActAsync(ActionContext context, CancellationToken cancellation)
    {
        if (context.Process.Send(SignalNames.Terminate) is { } wrong && !context.Process.HasEnded()) return new ActionEnd(false, wrong);
        // One that is stopped has the signal, and can't act on it (signal(7)).
        _ = context.Process.Send(SignalNames.Continue);
        if (await context.Process.WaitAsync(timeout, context.Time, cancellation).ConfigureAwait(false))
        {
            ActionEnd end = await Ending.OfAsync(context, "after SIGTERM", cancellation).ConfigureAwait(false);
            return end.Exit is { Signal: SignalNames.Kill } ? end with { Reason = "it was ended by SIGKILL, which somebody else sent after our SIGTERM" } : end;
        }
        return await KillAction.KillAsync(context, FormattableString.Invariant($"after SIGKILL: it had not ended {timeout.TotalSeconds:0.###} s after SIGTERM"), cancellation).ConfigureAwait(false);
    }
}
