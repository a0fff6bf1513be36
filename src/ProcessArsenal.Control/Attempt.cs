using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Evidence;
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

    /// <summary>What the action would do beyond the target.</summary>
    public Reach Reach { get; set; } = Reach.TargetOnly;

    /// <summary>It is done along with another of the same request; null: it is not.</summary>
    public Attempt? Along { get; set; }

    /// <summary>What is done by way of this one is done to another, too.</summary>
    public bool Takes(Attempt other) => other != this && Reach.Owner is { } owner && (owner == other.Reach.Owner || Reach.Others.Contains(other.Target.Identity));

    /// <summary>Who is against it; null: nobody.</summary>
    public Objection? Objection { get; set; }

    /// <summary>What each guard says, if that was asked for.</summary>
    public IReadOnlyList<GuardVerdict> Verdicts { get; set; } = [];

    /// <summary>It is noted as under way.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Number of the action in the ledger; null before it is recorded.</summary>
    public long? Id { get; set; }

    /// <summary>What came of it; null: nothing was done.</summary>
    public ActionEnd? End { get; set; }

    /// <summary>What came of taking evidence before it; null: none was asked for, or not yet.</summary>
    public EvidenceNote? Evidence { get; set; }

    /// <summary>What came of it could not be recorded, and why.</summary>
    public string? NotClosed { get; set; }

    /// <summary>Something is to be done for it itself.</summary>
    public bool IsTaken => Objection is null && Along is null;

    public OutcomeKind? Outcome => Objection is not null ? OutcomeKind.Refused : Along is not null ? OutcomeKind.NotDone : End is null ? null : End.Succeeded ? OutcomeKind.Succeeded : OutcomeKind.Failed;

    public string? Reason
    {
        get
        {
            string? reason = Objection?.Reason ?? (Along is null ? End?.Reason : FormattableString.Invariant($"it is done once for {Along.Reach.Owner}, by way of pid {Along.Target.Identity.Pid}"));
            if (Evidence is not null) reason = $"{reason}; evidence: {Evidence}";
            return NotClosed is null ? reason : $"{reason}; but that could not be recorded: {NotClosed}";
        }
    }

    private string Preview => "it would be done"
        + (Reach.Owner is { } owner ? FormattableString.Invariant($": {owner}, with {Reach.Others.Count} other {(Reach.Others.Count == 1 ? "process" : "processes")}") : "") + (Reach.Spared is { } spared ? $"; {spared}" : "")
        + (Reach.Burden is { } burden ? $": {burden}" : "");

    /// <param name="isPreview">Nothing is done.</param>
    public TargetResult ToResult(bool isPreview) => new(Target, Outcome ?? (isPreview ? OutcomeKind.NotDone : null))
    {
        Action = Id,
        Guard = Objection?.Guard,
        Verdicts = Verdicts,
        Reason = Reason ?? (isPreview ? Preview : null),
        Owner = Reach.Owner,
        Old = End?.Old,
        New = End?.New,
        Exit = End?.Exit,
        Evidence = Evidence ?? End?.Evidence,
        HasEnded = End?.HasEnded ?? false,
    };

    public void Dispose() => Process?.Dispose();
}
