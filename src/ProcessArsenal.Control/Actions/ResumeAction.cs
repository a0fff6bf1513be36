namespace ProcessArsenal.Control.Actions;

/// <summary><c>resume</c>: SIGCONT.</summary>
public sealed class ResumeAction : ControlAction
{
    public override string Name => "resume";

    public override bool IsHarmful => false;

    internal override Task<ActionEnd> ActAsync(ActionContext context, CancellationToken cancellation) => SuspendAction.ChangeAsync(context, SignalNames.Continue, isStopped: false, cancellation);
}
