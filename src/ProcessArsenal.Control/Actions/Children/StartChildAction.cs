using ProcessArsenal.Control.Guards;
using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Control.Actions.Children;

/// <summary><c>start</c>: a child that does not run, also one that was stopped, has ended, or was given up.</summary>
/// <param name="reset">Also take the latch off its supervisor, forget its failures, and start all others that were given up.</param>
public sealed class StartChildAction(bool reset = false) : ChildAction
{
    /// <summary>Name of a guard.</summary>
    public const string State = "state";

    public override string Name => "start";

    public override bool IsHarmful => false;

    public override string Parameters => reset ? "reset" : "";

    internal override Task<Reach> ReachAsync(ActionContext context, CancellationToken cancellation) => Task.FromResult(
        !reset && context.Target.Supervised is { View.State: ChildState.Starting or ChildState.Running } ? new Reach { Objection = new Objection(State, "it runs already") } : Reach.TargetOnly);

    internal override async Task<ActionEnd> ActAsync(SupervisedChild child, ActionContext context, CancellationToken cancellation)
    {
        if (reset)
        {
            await child.Supervisor.ResetAsync(cancellation).ConfigureAwait(false);
            if (child.Supervisor.View.LatchedSince is not null) return new ActionEnd(false, "its supervisor is latched still: try again");
        }
        ChildAnswer answer = await child.Supervisor.StartAsync(child.Spec.Name, cancellation).ConfigureAwait(false);
        // What was given up may have been started by the reset.
        if (answer is { Refused: not null, Before: { } running } && reset && child.View is { State: ChildState.Running, Identity: { } now } && now == running) return await SeeAsync(child, context, now, "it runs, and the latch is off", cancellation).ConfigureAwait(false);
        if (answer.Refused is { } why) return new ActionEnd(false, why);
        string latched = child.Supervisor.View.LatchedSince is null ? "" : " (its supervisor is latched: if it fails it is not started again, unless that is reset)";
        return await SeeAsync(child, context, answer.After!.Value, "it was started" + latched, cancellation).ConfigureAwait(false);
    }
}
