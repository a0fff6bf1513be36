namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>What came of sending a request.</summary>
internal enum SendResult : byte
{
    /// <summary>The receiver has it.</summary>
    Accepted,

    /// <summary>Not now.</summary>
    Retry,

    /// <summary>The receiver would take less at once.</summary>
    TooLarge,

    /// <summary>Not ever.</summary>
    Refused,
}

/// <summary>What came of sending a request.</summary>
/// <param name="Message">In words, for the log; may hold what the receiver said.</param>
/// <param name="Rejected">Items that were not taken, if the rest was.</param>
/// <param name="RetryAfter">When to try again, if the receiver said so.</param>
internal readonly record struct SendOutcome(SendResult Result, string Message = "", long Rejected = 0, TimeSpan? RetryAfter = null)
{
    /// <summary>Credentials were not good: a person must change them, and files are read again at each try. Data is kept for that, and tried seldom.
    /// </summary>
    public bool IsCredentials { get; init; }
}
