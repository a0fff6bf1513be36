using ProcessArsenal.Control.Targeting;

namespace ProcessArsenal.Control.Actions;

/// <summary><c>suspend</c>: SIGSTOP; it keeps what it has, and does nothing until it is resumed.</summary>
public sealed class SuspendAction : ControlAction
{
    /// <summary>How long is waited whether one that goes on ends at once.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public override string Name => "suspend";

    internal override Task<ActionEnd> ActAsync(ActionContext context, CancellationToken cancellation) => ChangeAsync(context, SignalNames.Stop, isStopped: true, cancellation);

    /// <summary>Sends a signal, and looks whether it has stopped, or goes on.</summary>
    internal static async Task<ActionEnd> ChangeAsync(ActionContext context, int signal, bool isStopped, CancellationToken cancellation)
    {
        TimeSpan patience = TimeSpan.FromSeconds(1), pause = TimeSpan.FromMilliseconds(5);
        if (context.Process.Send(signal) is { } wrong) return new ActionEnd(false, wrong);
        long began = context.Time.GetTimestamp();
        while (TargetFacts.Read(context.Proc, context.Process) is { } facts)
        {
            if (facts.IsStopped && isStopped) return new ActionEnd(true, "it is stopped, and keeps what it has: process-arsenal resume lets it go on");
            if (!facts.IsStopped && !isStopped)
            {
                // Signals that came meanwhile are delivered first.
                return await context.Process.WaitAsync(Look, context.Time, cancellation).ConfigureAwait(false)
                    ? await Ending.OfAsync(context, SignalNames.Continue, "the signal waited for it", cancellation).ConfigureAwait(false) : new ActionEnd(true, "it goes on");
            }
            if (context.Time.GetElapsedTime(began) > patience) return new ActionEnd(false, FormattableString.Invariant($"{SignalNames.Of(signal)} was delivered, but a second later it {(isStopped ? "still runs" : "is still stopped: a debugger may hold it")}"));
            await Task.Delay(pause, context.Time, cancellation).ConfigureAwait(false);
        }
        return new ActionEnd(false, "it has ended") { HasEnded = true, Exit = context.Process.Exit };
    }
}
