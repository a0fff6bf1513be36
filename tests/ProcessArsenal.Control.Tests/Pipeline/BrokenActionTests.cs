using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;

namespace ProcessArsenal.Control.Tests.Pipeline;

/// <summary>An action with a fault of ours.</summary>
public sealed class BrokenActionTests
{
    [Fact]
    public async Task It_has_an_outcome_and_lets_go_of_its_target()
    {
        using var place = new ControlPlace();
        Victim victim = place.Start();
        place.Sample();
        ControlResult broken = await place.Pipeline.RunAsync(ControlPlace.Ask(new BrokenAction(), TargetSelection.Of(victim.Identity)), TestContext.Current.CancellationToken);
        TargetResult one = Assert.Single(broken.Targets);
        Assert.Equal((OutcomeKind.Failed, "what came of it is not known: nobody thought of that"), (one.Outcome, one.Reason));
        Assert.Equal(OutcomeKind.Failed, place.Ledger!.Reader.Find(one.Action!.Value)!.Outcome!.Kind);
        ControlResult next = await place.Pipeline.RunAsync(ControlPlace.Ask(new KillAction(), TargetSelection.Of(victim.Identity)), TestContext.Current.CancellationToken);
        Assert.Equal(OutcomeKind.Succeeded, Assert.Single(next.Targets).Outcome);
    }

    private sealed class BrokenAction : ControlAction
    {
        public override string Name => "broken";

        internal override Task<ActionEnd> ActAsync(ActionContext context, CancellationToken cancellation) => throw new NotSupportedException("nobody thought of that");
    }
}
