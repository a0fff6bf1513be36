using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Control.Actions.Children;

/// <summary><c>stop</c>: by its own stop_signal and stop_timeout; it stays so until it is started. Whoever ends its process in another way has it started again, as its
/// restart type says.</summary>
public sealed class StopChildAction : ChildAction
{
    public override string Name => "stop";

    internal override Task<Reach> ReachAsync(ActionContext context, CancellationToken cancellation) => Task.FromResult(context.Target.Supervised is { } child ? WholeOf(child) : Reach.TargetOnly);

    internal override async Task<ActionEnd> ActAsync(SupervisedChild child, ActionContext context, CancellationToken cancellation)
    {
        ChildAnswer answer = await child.Supervisor.StopAsync(child.Spec.Name, cancellation).ConfigureAwait(false);
        if (answer.Refused is { } why) return new ActionEnd(false, why);
        const string Stays = "it stays so until it is started";
        if (answer.Before is not { } before) return new ActionEnd(true, $"it did not run, and {Stays}");
        ChildEnd? end = EndOf(child, before);
        string left = end is null or { Left: 0 } ? "" : end.Left > 0 ? FormattableString.Invariant($"; {end.Left} processes that it has left behind could not be ended") : "; what it may have left behind could not be looked for";
        return new ActionEnd(true, $"{end?.Why ?? "it has ended"}{left}; {Stays}") { HasEnded = true, Exit = ExitOf(end) };
    }
}
