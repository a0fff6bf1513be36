using System.Text.Json;

namespace ProcessArsenal.Control.Ledger;

/// <summary>What is about to be done to one target: on the disk before anything is done.</summary>
/// <param name="Action">What: kill, restart, ...</param>
/// <param name="Target">To whom: an identity, or an owner. Never a pid.</param>
/// <param name="Trigger">How it was asked for: api, cli, alert, policy.</param>
/// <param name="Requested">When it was asked for.</param>
/// <param name="Decided">When the guards had said yes, or one no.</param>
public sealed record Intent(string Action, string Target, string Trigger, DateTimeOffset Requested, DateTimeOffset Decided)
{
    /// <summary>By which policy, if by one.</summary>
    public string? Policy { get; init; }

    /// <summary>Whose token asked for it.</summary>
    public string? Caller { get; init; }

    /// <summary>Why, in words.</summary>
    public string? Reason { get; init; }

    /// <summary>The trace of the whole request: 32 hexadecimal digits.</summary>
    public string? TraceId { get; init; }

    /// <summary>What else belongs to it: parameters, verdicts of guards.</summary>
    public JsonElement? Details { get; init; }
}

/// <summary>How an action ended.</summary>
/// <param name="Finished">When.</param>
public sealed record Outcome(OutcomeKind Kind, DateTimeOffset Finished)
{
    /// <summary>Why it ended like that, in words.</summary>
    public string? Reason { get; init; }

    /// <summary>What came of it: how the process ended, the new identity, artifacts.</summary>
    public JsonElement? Details { get; init; }
}

/// <summary>One of a batch.</summary>
/// <param name="Outcome">If it is known already that nothing will be done: refused by a guard, dry run. Null: it is open, and somebody is to act.</param>
public sealed record IntentEntry(Intent Intent, Outcome? Outcome = null);

/// <summary>What is recorded as a whole or not at all.</summary>
public sealed record IntentBatch(IReadOnlyList<IntentEntry> Entries)
{
    /// <summary>What makes it happen once, however often it is asked for.</summary>
    public IdempotencyKey? Key { get; init; }

    /// <summary>Cooldowns and budgets that it takes.</summary>
    public IReadOnlyList<StateChange> Changes { get; init; } = [];
}

/// <summary>What a caller calls a request so that it is carried out once.</summary>
/// <param name="Caller">Name of the token: two callers may use the same key.</param>
/// <param name="Key">Header Idempotency-Key: 1 to 200 printable characters of ASCII.</param>
/// <param name="Request">The request in one canonical writing; its hash is kept. The same key with another one is a conflict.</param>
public sealed record IdempotencyKey(string Caller, string Key, string Request)
{
    public const int MaxLength = 200;

    /// <summary>Whether a text may be a key.</summary>
    public static bool IsKey(string text) => text.Length is > 0 and <= MaxLength && text.All(static c => c is >= ' ' and <= '~');
}
