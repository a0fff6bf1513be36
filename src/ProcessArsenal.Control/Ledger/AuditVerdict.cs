namespace ProcessArsenal.Control.Ledger;

/// <summary>What came of checking the chain.</summary>
public enum AuditFinding : byte
{
    /// <summary>Every row is what was written, and none is missing; with a head: up to that at least.</summary>
    Whole,

    /// <summary>A row is not what was written there: changed, exchanged, or put in.</summary>
    Changed,

    /// <summary>A row is missing, or one is there that should be gone.</summary>
    Missing,

    /// <summary>The rows are chained, but the head is not among them: the end was cut off, or all of it written anew.</summary>
    HeadNotFound,

    /// <summary>The head is of a row that retention took away, so it proves nothing any more. Nothing else is wrong.</summary>
    HeadTooOld,

    /// <summary>The file itself is broken, or its indexes do not agree with its rows.</summary>
    Unreadable,
}

/// <summary>What came of checking the chain. Without a head kept elsewhere nobody can tell that the end was cut off, or that all was written anew by one who knows how.</summary>
/// <param name="Row">The first row at which something is wrong; null if nothing is, or it is not about a row.</param>
/// <param name="Rows">How many rows were checked.</param>
/// <param name="Removed">How many retention took away before them.</param>
/// <param name="Head">The last of them; null if there is none.</param>
/// <param name="Message">The finding in words.</param>
public sealed record AuditVerdict(AuditFinding Finding, long? Row, long Rows, long Removed, LedgerHead? Head, string Message)
{
    public bool IsWhole => Finding == AuditFinding.Whole;
}
