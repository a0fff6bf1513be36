using ProcessArsenal.Control.Guards;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Actions;

/// <summary><c>stop</c>: SIGTERM, time to end, and SIGKILL if it does not. If it is the main process of a unit or a container, nobody of that is left behind.</summary>
/// <param name="timeout">The time to end.</param>
/// <param name="owners">How owners are asked; null: as usual.</param>
public sealed class StopAction(TimeSpan timeout, RestartOptions? owners = null) : ControlAction
{
    public static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(10), LongestTimeout = TimeSpan.FromMinutes(5);

    public override string Name => "stop";

    public override string Parameters => FormattableString.Invariant($"timeout={timeout.TotalSeconds:0.###}s");

    internal override async Task<Reach> ReachAsync(ActionContext context, CancellationToken cancellation)
    {
        OwnerEndCheck check = await new OwnerEnd(owners ?? new RestartOptions(), context.Time).CheckAsync(context.Proc, context.Process, cancellation).ConfigureAwait(false);
        if (check.Owner is not { } owner) return Reach.TargetOnly;
        ProcessIdentity[] others = [.. check.Members.Members.Select(static member => member.Identity).Where(identity => identity != context.Process.Identity)];
        if (check.WhySpared is { } why) return others.Length == 0 ? Reach.TargetOnly : new Reach { Spared = FormattableString.Invariant($"the {others.Length} other {(others.Length == 1 ? "process" : "processes")} of {owner} {(others.Length == 1 ? "is" : "are")} let be: {why}") };
        if (!check.Members.IsComplete) return new Reach { Objection = new Objection(RestartAction.NoOwner, $"it is the main process of {owner}, which has more processes than can be looked at, or some that we may not see: whom its end would take with it is not known") };
        return new Reach { Owner = owner.ToString(), Whole = owner, Others = others, ContainerInit = owner.Kind == OwnerKind.SystemdUnit ? null : context.Process.Identity };
    }

    internal override async Task<ActionEnd> ActAsync(ActionContext context, CancellationToken cancellation)
    {
        OwnerRest? rest = context.Reach.Whole is { } owner ? new OwnerRest(context, owner) : null;
        if (context.Process.Send(SignalNames.Terminate) is { } wrong && !context.Process.HasEnded()) return new ActionEnd(false, wrong);
        // One that is stopped has the signal, and can't act on it (signal(7)).
        _ = context.Process.Send(SignalNames.Continue);
        long began = context.Time.GetTimestamp();
        ActionEnd end = await WaitAsync(context, rest, cancellation).ConfigureAwait(false)
            ? Of(await Ending.OfAsync(context, SignalNames.Terminate, null, cancellation).ConfigureAwait(false))
            : await KillAction.KillAsync(context, FormattableString.Invariant($"it had not ended {timeout.TotalSeconds:0.###} s after SIGTERM"), cancellation).ConfigureAwait(false);
        if (context.Reach.Spared is { } spared) return end with { Reason = $"{end.Reason}; {spared}" };
        return rest is null || !end.HasEnded ? end : await rest.EndAsync(end, timeout - context.Time.GetElapsedTime(began), cancellation).ConfigureAwait(false);
    }

    private async Task<bool> WaitAsync(ActionContext context, OwnerRest? rest, CancellationToken cancellation)
    {
        if (rest is null) return await context.Process.WaitAsync(timeout, context.Time, cancellation).ConfigureAwait(false);
        long began = context.Time.GetTimestamp();
        while (context.Time.GetElapsedTime(began) is var gone && gone < timeout)
        {
            TimeSpan next = rest.Look();
            if (next > timeout - gone) next = timeout - gone;
            if (await context.Process.WaitAsync(next, context.Time, cancellation).ConfigureAwait(false)) return true;
        }
        return context.Process.HasEnded();
    }

    private static ActionEnd Of(ActionEnd end) =>
        end.Exit is { Signal: SignalNames.Kill } ? end with { Reason = "it was ended by SIGKILL, which somebody else sent after our SIGTERM" } : end;
}
