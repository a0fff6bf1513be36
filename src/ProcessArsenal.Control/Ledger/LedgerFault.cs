namespace ProcessArsenal.Control.Ledger;

/// <summary>Why something could not be recorded or read. Whoever meets one while recording an intent must not act.</summary>
public enum LedgerFault : byte
{
    /// <summary>The disk is full, or the ledger has reached its largest size.</summary>
    DiskFull,

    /// <summary>The file system, the directory or the file can't be written to.</summary>
    ReadOnly,

    /// <summary>Another program holds the database locked, and did not let go in time.</summary>
    Locked,

    /// <summary>Another exporter has this ledger.</summary>
    InUse,

    /// <summary>There is no ledger.</summary>
    Missing,

    /// <summary>What is there is no ledger of ours, or not any more.</summary>
    Damaged,

    /// <summary>It was written by a later version of this program.</summary>
    Newer,

    /// <summary>The disk failed, or what should be ours can't be used; the message says which.</summary>
    Unavailable,

    /// <summary>The disk did not answer in time. Whether the row got there is not known; an intent that did is closed as interrupted.</summary>
    TooSlow,

    /// <summary>Too much waits to be recorded, or is open.</summary>
    Overloaded,

    /// <summary>What is to be recorded is larger than what may be.</summary>
    TooLarge,

    /// <summary>The ledger was closed.</summary>
    Closed,
}
