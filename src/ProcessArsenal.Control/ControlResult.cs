using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control;

/// <summary>What came of a request.</summary>
/// <param name="Targets">One for each whom it meant, in their order.</param>
public sealed record ControlResult(IReadOnlyList<TargetResult> Targets)
{
    /// <summary>Only said what would be done.</summary>
    public bool IsPreview { get; init; }

    /// <summary>The same request was carried out before: this is what came of it then.</summary>
    public bool IsRepeated { get; init; }
}

/// <summary>What one guard says.</summary>
/// <param name="Objection">Null: it has nothing against it.</param>
public sealed record GuardVerdict(string Guard, string? Objection);

/// <summary>What came of it for one of them.</summary>
/// <param name="Outcome">Null: it is under way still.</param>
public sealed record TargetResult(Target Target, OutcomeKind? Outcome)
{
    /// <summary>Number of the action in the ledger; null if nothing was recorded.</summary>
    public long? Action { get; init; }

    /// <summary>Which guard said no.</summary>
    public string? Guard { get; init; }

    /// <summary>What happened, in words.</summary>
    public string? Reason { get; init; }

    /// <summary>How the process ended, if it did and the kernel tells.</summary>
    public ExitStatus? Exit { get; init; }

    /// <summary>Whom it was done to as a whole, such as a systemd unit; null: the process itself.</summary>
    public string? Owner { get; init; }

    /// <summary>Of a start or a restart: the process before, of an owner its main one, and the one after; null if there was none.</summary>
    public ProcessIdentity? Old { get; init; }

    /// <inheritdoc cref="Old"/>
    public ProcessIdentity? New { get; init; }

    /// <summary>What each guard says, in their order, if that was asked for; else empty.</summary>
    public IReadOnlyList<GuardVerdict> Verdicts { get; init; } = [];

    /// <summary>What came of taking evidence; null: none was asked for.</summary>
    public EvidenceNote? Evidence { get; init; }

    /// <summary>The process has ended.</summary>
    public bool HasEnded { get; init; }
}

/// <summary>A request is not carried out at all; the message says why and what to do.</summary>
/// <param name="kind">Why.</param>
public sealed class ControlException(ControlFault kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public ControlFault Kind { get; } = kind;
}

/// <summary>Why a request is not carried out at all.</summary>
public enum ControlFault : byte
{
    /// <summary>The caller's role does not allow it.</summary>
    Forbidden,

    /// <summary>It can't be recorded, so nothing is done.</summary>
    NotRecorded,

    /// <summary>The idempotency key was used for another request.</summary>
    KeyConflict,
}
