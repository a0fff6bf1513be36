using ProcessArsenal.Control.Dumps;

namespace ProcessArsenal.Control.Actions;

/// <summary><c>dump</c>: writes what a process has in its memory into a file of ours. It stands still meanwhile.</summary>
public sealed class DumpAction(MemoryDumps dumps, DumpOrder order) : ControlAction
{
    public override string Name => "dump";

    public override string Parameters => FormattableString.Invariant($"{order.Type} max_freeze={order.MaxFreeze.TotalSeconds:0.###}s");

    internal override Task<Reach> ReachAsync(ActionContext context, CancellationToken cancellation) => dumps.LookAsync(context, order, cancellation);

    internal override Task<ActionEnd> ActAsync(ActionContext context, CancellationToken cancellation) => dumps.RunAsync(context, order, cancellation);
}
