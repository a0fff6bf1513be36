using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Actions;

/// <summary>How a process ended, in words and as the kernel tells it.</summary>
internal static class Ending
{
    /// <summary>How long the parent gets to ask how it ended: the kernel tells us only then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200), Pause = TimeSpan.FromMilliseconds(5);

    /// <param name="sent">The signal that it was sent.</param>
    /// <param name="more">What is to be added; null: nothing.</param>
    public static async Task<ActionEnd> OfAsync(ActionContext context, int sent, string? more, CancellationToken cancellation)
    {
        long began = context.Time.GetTimestamp();
        while (context.Process.Exit is null && context.Time.GetElapsedTime(began) < Patience) await Task.Delay(Pause, context.Time, cancellation).ConfigureAwait(false);
        ExitStatus? exit = context.Process.Exit;
        string ended = exit is not { } status ? "it ended; how, its parent has not asked yet, or the kernel (before Linux 6.15) does not tell"
            : status.Signal > 0 ? $"it was ended by {SignalNames.Of(status.Signal)}" : FormattableString.Invariant($"it ended by itself with exit code {status.Code}");
        string after = exit is { Signal: var signal } && signal == sent ? "" : $", after {SignalNames.Of(sent)}";
        return new ActionEnd(true, $"{ended}{after}{(more is null ? "" : ": ")}{more}") { HasEnded = true, Exit = exit };
    }
}
