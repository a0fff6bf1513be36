using ProcessArsenal.Control.Guards;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Actions.Children;

/// <summary>Something that can be done to a supervised child: by its supervisor, which then knows that it was meant.</summary>
public abstract class ChildAction : ControlAction
{
    /// <summary>A process that was started has to live for so long before it counts as started.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>How long is waited until its supervisor knows how it ended, and how often is looked.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2), Look = TimeSpan.FromMilliseconds(20);

    internal sealed override Task<ActionEnd> ActAsync(ActionContext context, CancellationToken cancellation) =>
        context.Target.Supervised is { } child ? ActAsync(child, context, cancellation) : throw new InvalidOperationException("it is no supervised child");

    internal abstract Task<ActionEnd> ActAsync(SupervisedChild child, ActionContext context, CancellationToken cancellation);

    /// <summary>What a child has started ends with it.</summary>
    internal static Reach WholeOf(SupervisedChild child)
    {
        IReadOnlyList<ProcessIdentity> others = child.Supervisor.EndingWith(child.Spec.Name);
        return new Reach
        {
            Owner = $"supervised child {child.Name}",
            Others = others,
            Objection = others.Count < Remains.Most ? null : new Objection(RestartAction.NoOwner, FormattableString.Invariant($"it has started {Remains.Most} processes or more, which are too many to be looked at: whom its end would take with it is not known")),
        };
    }

    /// <summary>How a life of a child ended; null if its supervisor does not know.</summary>
    internal static ChildEnd? EndOf(SupervisedChild child, ProcessIdentity life) => child.View.LastEnd is { } end && end.Identity == life.ToString() ? end : null;

    internal static ExitStatus? ExitOf(ChildEnd? end) => end is { Signal: { } signal } ? new ExitStatus(signal) : end is { Code: { } code } ? new ExitStatus(code << 8) : null;

    /// <summary>Looks whether a process that was started lives on.</summary>
    /// <param name="how">What was done, such as "it was started".</param>
    internal static async Task<ActionEnd> SeeAsync(SupervisedChild child, ActionContext context, ProcessIdentity started, string how, CancellationToken cancellation)
    {
        if (!context.Proc.IsLive) return new ActionEnd(true, $"{how}, as {started}") { New = started }; // Its supervisor sees it, and nobody else.
        using HeldProcess? held = HeldProcess.Open(context.Proc, started, out _);
        if (held is not null && !await held.WaitAsync(Grace, context.Time, cancellation).ConfigureAwait(false)) return new ActionEnd(true, $"{how}, as {started}") { New = started };
        long since = context.Time.GetTimestamp();
        ChildEnd? end;
        while ((end = EndOf(child, started)) is null && context.Time.GetElapsedTime(since) < Patience) await Task.Delay(Look, context.Time, cancellation).ConfigureAwait(false);
        // One that does a piece of work and is done with it is no failure, if it may end.
        bool mayEnd = child.Spec.Restart != RestartType.Permanent && end is { Code: 0 };
        return new ActionEnd(mayEnd, FormattableString.Invariant($"{how}, as {started}, which ended within {Grace.TotalSeconds:0} s: {end?.Why ?? "how is not known yet"}{(mayEnd ? "" : $"; its output is in {child.View.Log}")}")) { New = started };
    }
}
