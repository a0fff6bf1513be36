namespace ProcessArsenal.Control.Alerting;

/// <summary>One alert of a delivery, as it was sent. Its labels and annotations are whatever somebody wrote: texts, and nothing else.</summary>
/// <param name="IsFiring">Else it is resolved. Each alert has its own status: one of a firing group may be resolved.</param>
/// <param name="Fingerprint">Tells it from all others: <see cref="AlertFingerprint"/>.</param>
/// <param name="EndsAt">When it was resolved, or is to be; the year 1 if that is not known.</param>
public sealed record ReceivedAlert(
    bool IsFiring, ulong Fingerprint, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations, DateTimeOffset StartsAt, DateTimeOffset EndsAt);
