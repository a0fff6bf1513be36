using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Tracing;

namespace ProcessArsenal.Control.Actions;

/// <summary><c>trace</c>: records what a .NET process tells of itself, or where the kernel finds any process. Done is a recording that has begun; what comes of it is kept with it.</summary>
public sealed class TraceAction(TraceSessions sessions, TraceOrder order) : ControlAction
{
    public override string Name => "trace";

    public override Role Role => Role.Diagnose;

    /// <summary>It slows the process down a little, for a while.</summary>
    public override bool IsHarmful => false;

    public override string Parameters => FormattableString.Invariant($"{string.Join(',', order.For)} for {order.Duration.TotalSeconds:0.###} s");

    public override string Canonical => FormattableString.Invariant($"{Parameters} {order.Bytes} {order.Events} {order.Filters}");

    internal override async Task<ActionEnd> ActAsync(ActionContext context, CancellationToken cancellation)
    {
        string? why = await sessions.BeginAsync(context.Id, context.Process, context.Target.Name, order, cancellation).ConfigureAwait(false);
        return why is null ? new ActionEnd(true, FormattableString.Invariant($"it is recorded: process-arsenal trace report {context.Id}")) : new ActionEnd(false, why);
    }
}
