using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Evidence;

namespace ProcessArsenal.Control.Actions;

/// <summary><c>snapshot</c>: keeps what is known of a process, as before any harm, and does nothing to it. Also of one that has ended.</summary>
public sealed class SnapshotAction(EvidenceTaker evidence) : ControlAction
{
    public override string Name => "snapshot";

    public override Role Role => Role.Diagnose;

    public override bool IsHarmful => false;

    public override bool OnlyLooks => true;

    internal override async Task<ActionEnd> ActAsync(ActionContext context, CancellationToken cancellation)
    {
        EvidenceNote note = await evidence.TakeAsync(new EvidenceOrder(context.Id, context.Target.Identity, context.Target.Name, Name, Name, evidence.Options.Budget)).ConfigureAwait(false);
        string what = note.NotTaken is { } why ? $"there is none: {why}" : FormattableString.Invariant($"evidence of {(note.Bytes ?? 0) / 1024.0:0.0} KiB is {note}");
        return new ActionEnd(note.Artifact is not null, what) { Evidence = note };
    }
}
