using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Control.Actions.Children;

/// <summary><c>restart</c>: stops a child and starts it again, or starts it if it does not run. Its siblings take no part, and it does not count as a failure.</summary>
public sealed class RestartChildAction : ChildAction
{
    public override string Name => "restart";

    internal override Task<Reach> ReachAsync(ActionContext context, CancellationToken cancellation) => Task.FromResult(context.Target.Supervised is { } child ? WholeOf(child) : Reach.TargetOnly);

    internal override async Task<ActionEnd> ActAsync(SupervisedChild child, ActionContext context, CancellationToken cancellation)
    {
        ChildAnswer answer = await child.Supervisor.RestartAsync(child.Spec.Name, cancellation).ConfigureAwait(false);
        if (answer.Refused is { } why) return new ActionEnd(false, why) { HasEnded = answer.Before is not null && answer.After is null };
        ActionEnd seen = await SeeAsync(child, context, answer.After!.Value, answer.Before is null ? "it did not run, and was started" : "it was stopped and started again", cancellation).ConfigureAwait(false);
        return answer.Before is { } before ? seen with { HasEnded = true, Old = before, Exit = ExitOf(EndOf(child, before)) } : seen;
    }
}
