using ProcessArsenal.Control.Targeting;

namespace ProcessArsenal.Control.Actions;

/// <summary><c>signal</c>: one of those that may be sent.</summary>
/// <param name="signal">Its number, of <see cref="SignalNames.Allowed"/>.</param>
public sealed class SignalAction(int signal) : ControlAction
{
    /// <summary>How long is waited whether it ends: what a signal does is the process's own to choose.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public override string Name => "signal";

    public override string Parameters => SignalNames.Of(signal);

    internal override async Task<ActionEnd> ActAsync(ActionContext context, CancellationToken cancellation)
    {
        if (context.Process.Send(signal) is { } wrong) return new ActionEnd(false, wrong);
        if (!await context.Process.WaitAsync(Look, context.Time, cancellation).ConfigureAwait(false))
        {
            return new ActionEnd(true, TargetFacts.Read(context.Proc, context.Process) is { IsStopped: true }
                ? $"{SignalNames.Of(signal)} was sent, and waits until it goes on: it is stopped" : $"{SignalNames.Of(signal)} was delivered, and it lives on");
        }
        return await Ending.OfAsync(context, signal, null, cancellation).ConfigureAwait(false);
    }
}
