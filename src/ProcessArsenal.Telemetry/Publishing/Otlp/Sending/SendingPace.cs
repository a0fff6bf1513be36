using Polly;
using Polly.Retry;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>When a request is tried again.</summary>
internal static class SendingPace
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(500), Longest = TimeSpan.FromSeconds(30);

    /// <summary>A receiver may ask for more than <see cref="Longest"/>, but not for ever: it may be wrong.</summary>
    public static readonly TimeSpan MostAskedFor = TimeSpan.FromMinutes(5);

    /// <summary>Tries until the outcome is another than <see cref="SendResult.Retry"/>, or it is cancelled while it waits.</summary>
    public static ResiliencePipeline<SendOutcome> Create(TimeProvider time) =>
        new ResiliencePipelineBuilder<SendOutcome> { TimeProvider = time }.AddRetry(new RetryStrategyOptions<SendOutcome>
        {
            ShouldHandle = args => new(args.Outcome.Result.Result == SendResult.Retry),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = First,
            MaxDelay = Longest,
            DelayGenerator = args => new(Asked(args.Outcome.Result)),
        }).Build();

    /// <returns>Null for what the back-off says.</returns>
    private static TimeSpan? Asked(in SendOutcome outcome)
    {
        if (outcome.IsCredentials) return Longest;
        if (outcome.RetryAfter is not { } asked) return null;
        // "At once" from a receiver that does not take it would be a busy loop.
        return asked < First ? null : asked > MostAskedFor ? MostAskedFor : asked;
    }
}
