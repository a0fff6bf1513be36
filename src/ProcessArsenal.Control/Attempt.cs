using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Guards;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;

namespace ProcessArsenal.Control;

/// <summary>A request on its way, as far as one of its targets is concerned.</summary>
internal sealed class Attempt(Target target) : IDisposable
{
    public Target Target { get; set; } = target;

    /// <summary>Held from the decision to the end; null if it could not be, or if it is a child that does not run.</summary>
    public HeldProcess? Process { get; set; }

    /// <summary>Who is against it; null: nobody.</summary>
    public Objection? Objection { get; set; }

    /// <summary>It is noted as under way.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Number of the action in the ledger; null before it is recorded.</summary>
    public long? Id { get; set; }

    /// <summary>What came of it; null: nothing was done.</summary>
    public ActionEnd? End { get; set; }

    /// <summary>What came of it could not be recorded, and why.</summary>
    public string? NotClosed { get; set; }

    public OutcomeKind? Outcome => Objection is not null ? OutcomeKind.Refused : End is null ? null : End.Succeeded ? OutcomeKind.Succeeded : OutcomeKind.Failed;

    public string? Reason
    {
        get
        {
            string? reason = Objection?.Reason ?? End?.Reason;
            return NotClosed is null ? reason : $"{reason}; but that could not be recorded: {NotClosed}";
        }
    }

    /// <param name="isPreview">Nothing is done.</param>
    public TargetResult ToResult(bool isPreview) => new(Target, Outcome ?? (isPreview ? OutcomeKind.NotDone : null))
    {
        Action = Id,
        Guard = Objection?.Guard,
        Reason = Reason ?? (isPreview ? "it would be done" : null),
        Exit = End?.Exit,
        HasEnded = End?.HasEnded ?? false,
        Old = End?.Old,
        New = End?.New,
    };

    public void Dispose() => Process?.Dispose();
}
