using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Guards;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Actions;

/// <summary>Something that can be done to a process, or to a supervised child. A new one is a file and a line where it can be asked for.</summary>
public abstract class ControlAction
{
    /// <summary>As it is written in requests, in the ledger and in metrics; stays.</summary>
    public abstract string Name { get; }

    /// <summary>What its caller must hold.</summary>
    public virtual Role Role => Role.Operate;

    /// <summary>It takes something from the process; else it only gives back.</summary>
    public virtual bool IsHarmful => true;

    /// <summary>It does nothing to the process at all: so it may have ended, or be anybody, and neither does it wait for others, nor others for it.</summary>
    public virtual bool OnlyLooks => false;

    /// <summary>What it was asked with, for the ledger and for telling one request from another; empty: nothing.</summary>
    public virtual string Parameters => "";

    /// <summary>The same in full, for telling one request from another, where the ledger does not keep all of it. Never shown.</summary>
    public virtual string Canonical => Parameters;

    /// <summary>It need not wait for the end of another on the same target: it does what that comes to at last.</summary>
    public virtual bool Overtakes(ControlAction other) => false;

    /// <summary>The same, if the other waits for nobody.</summary>
    internal bool Passes(ControlAction other) => OnlyLooks || other.OnlyLooks || Overtakes(other);

    /// <summary>Whom else it would reach, and whether it can be done at all. Changes nothing.</summary>
    internal virtual Task<Reach> ReachAsync(ActionContext context, CancellationToken cancellation) => Task.FromResult(Reach.TargetOnly);

    /// <summary>Does it, and makes sure that it is done.</summary>
    internal abstract Task<ActionEnd> ActAsync(ActionContext context, CancellationToken cancellation);
}

/// <summary>What an action works with.</summary>
/// <param name="Held">Null: it is a child that does not run.</param>
internal sealed record ActionContext(HeldProcess? Held, Target Target, ProcFs Proc, TimeProvider Time)
{
    /// <summary>The same, for actions on processes.</summary>
    public HeldProcess Process => Held ?? throw new InvalidOperationException("it has no process");

    /// <summary>Number of the action in the ledger; 0 before it is recorded.</summary>
    public long Id { get; init; }

    /// <summary>What it was found to do beyond the target, immediately before.</summary>
    public Reach Reach { get; init; } = Reach.TargetOnly;

    /// <summary>What is to be said against ending somebody who came later, along with the target: its pid, its name, and why; null: nothing.</summary>
    public Func<ProcessIdentity, Objection?> ObjectionTo { get; init; } = static _ => null;
}

/// <summary>What came of it.</summary>
/// <param name="Succeeded">It is done, and was seen to be.</param>
/// <param name="Reason">What was seen, in words.</param>
internal sealed record ActionEnd(bool Succeeded, string Reason)
{
    public bool HasEnded { get; init; }

    public ExitStatus? Exit { get; init; }

    /// <summary>Nothing was done, as it turned out in the doing.</summary>
    public Objection? Objection { get; init; }

    /// <summary>Of a start or a restart: the process before, of an owner its main one; null if there was none.</summary>
    public ProcessIdentity? Old { get; init; }

    /// <summary>Of a start or a restart: the same now; null if none was seen.</summary>
    public ProcessIdentity? New { get; init; }

    /// <summary>The file that it has left; null: none.</summary>
    public ArtifactNote? Artifact { get; init; }

    /// <summary>Of an action that is for evidence alone: what came of that.</summary>
    public EvidenceNote? Evidence { get; init; }
}

/// <summary>What the ledger keeps of a file that an action has left.</summary>
/// <param name="Freeze">How long the process stood still for it, seconds.</param>
internal sealed record ArtifactNote(long Bytes, string? Sha256, double? Freeze);
