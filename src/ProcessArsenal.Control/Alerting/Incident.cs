namespace ProcessArsenal.Control.Alerting;

/// <summary>An alert from its first delivery to its end, by whichever replica: one fingerprint has one that is open.</summary>
/// <param name="Id">From 1 on; never given twice.</param>
/// <param name="Opened">When its first delivery came.</param>
internal sealed record Incident(long Id, ulong Fingerprint, DateTimeOffset Opened)
{
    /// <summary>When it began, by the first of the replicas.</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>When it was last heard of.</summary>
    public required DateTimeOffset Seen { get; init; }

    /// <summary>What became of it: accepted, stale or no_policy.</summary>
    public required AlertVerdict Verdict { get; init; }

    /// <summary>When policies were last told of it; null: never.</summary>
    public DateTimeOffset? Told { get; init; }

    public int Repeats { get; init; }

    /// <summary>Of the delivery that it was last in: <see cref="AlertmanagerMessage.Composition"/>.</summary>
    public required ulong Composition { get; init; }

    /// <summary>Since when that is so.</summary>
    public required DateTimeOffset Composed { get; init; }

    /// <summary>When we learned that it was over; null: it is open.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>When it was over by what its alert said.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>Bytes of what is kept of its labels and annotations.</summary>
    public int Bytes { get; init; }

    public bool IsTold => Told is not null;

    /// <summary>For people and programs: <c>FINGERPRINT-ID</c>.</summary>
    public string Name => NameOf(Fingerprint, Id);

    public static string NameOf(ulong fingerprint, long id) => FormattableString.Invariant($"{AlertFingerprint.Text(fingerprint)}-{id}");
}
