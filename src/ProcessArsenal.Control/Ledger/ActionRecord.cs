namespace ProcessArsenal.Control.Ledger;

/// <summary>An action as the ledger knows it.</summary>
/// <param name="Id">Number of its intent's row; unique as long as the ledger lives, growing.</param>
/// <param name="Recorded">When the intent was recorded.</param>
/// <param name="Outcome">Null as long as it is open.</param>
/// <param name="Closed">When the outcome was recorded.</param>
public sealed record ActionRecord(long Id, DateTimeOffset Recorded, Intent Intent, string? IdempotencyKey, Outcome? Outcome, DateTimeOffset? Closed);

/// <summary>Some actions, newest first.</summary>
/// <param name="Next">To be given as <c>after</c> for those that follow; null if there are none.</param>
public sealed record ActionPage(IReadOnlyList<ActionRecord> Actions, long? Next);

/// <summary>Which actions are asked for: all that is given must hold.</summary>
public sealed record ActionFilter
{
    public string? Action { get; init; }

    /// <summary>Whoever is called that: an identity, <c>pid@...</c> of one (its first part), a group, a unit, a container, a supervised child, the name of a process; the one before a restart, and the one after.</summary>
    public string? Target { get; init; }
    public string? Trigger { get; init; }
    public string? Policy { get; init; }
    public string? Caller { get; init; }
    public OutcomeKind? Outcome { get; init; }

    /// <summary>What belongs together: 32 hexadecimal digits.</summary>
    public string? TraceId { get; init; }

    /// <summary>By an alert of one of these incidents; null: whatever the way.</summary>
    public IReadOnlyCollection<string>? Incidents { get; init; }

    /// <summary>Only those without an outcome.</summary>
    public bool Open { get; init; }

    /// <summary>Recorded then or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Recorded before then.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>What came of recording a batch.</summary>
public enum RecordingKind : byte
{
    /// <summary>It is on the disk: act.</summary>
    Recorded,

    /// <summary>The same request was recorded before: do nothing, and answer what came of it.</summary>
    Repeated,

    /// <summary>Another request was recorded under the same key: nothing was recorded.</summary>
    Conflict,

    /// <summary>A state was not any more what a change expected: nothing was recorded. Decide anew.</summary>
    StateMoved,
}

/// <summary>What came of recording a batch.</summary>
/// <param name="Actions">Those recorded, in the order of the batch; or those recorded before under the same key; else none.</param>
public sealed record Recording(RecordingKind Kind, IReadOnlyList<ActionRecord> Actions);
