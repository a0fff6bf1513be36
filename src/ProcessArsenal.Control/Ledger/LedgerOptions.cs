namespace ProcessArsenal.Control.Ledger;

/// <summary>How much is kept, and how long is waited.</summary>
public sealed record LedgerOptions
{
    /// <summary>How many rows are kept; an action has two, and one for each change of state. Oldest first out, those of open actions never.</summary>
    public int MaxRows { get; init; } = 100_000;

    /// <summary>How old a row may become. With it goes the memory of its idempotency key.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Bytes in use from which on the oldest rows go, however young; at twice that nothing more is recorded (disk_full).</summary>
    public long MaxBytes { get; init; } = 128L * 1024 * 1024;

    /// <summary>How long a caller waits for a row to be on the disk.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many may wait to be recorded.</summary>
    public int MostWaiting { get; init; } = 256;

    /// <summary>How many actions may be open, that is without an outcome.</summary>
    public int MostOpen { get; init; } = 10_000;

    /// <summary>How many keys of policy state there may be.</summary>
    public int MostStates { get; init; } = 10_000;
}
