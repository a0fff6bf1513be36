using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Control.Evidence;

/// <summary>What a process was like, by signal.</summary>
/// <param name="Ended">When it was found to have ended; null if it lives.</param>
internal sealed record EvidenceHistory(string Identity, DateTimeOffset? Ended, IReadOnlyList<EvidenceSignal> Signals)
{
    /// <returns>Null if nothing is remembered of it.</returns>
    public static EvidenceHistory? Of(History history, Procfs.ProcessIdentity identity, DateTimeOffset since)
    {
        var points = new List<HistoryPoint>();
        var signals = new List<EvidenceSignal>();
        foreach (HistorySignal signal in HistorySignal.All)
        {
            if (!history.TryRead(identity, signal, since, points)) return null;
            if (points.Exists(static point => point.Value is not null)) signals.Add(new EvidenceSignal(signal.Name, signal.Unit, [.. points.Select(EvidencePoint.Of)]));
        }
        return new EvidenceHistory(identity.ToString(), history.EndOf(identity), signals);
    }
}

/// <param name="Points">The oldest first.</param>
internal sealed record EvidenceSignal(string Signal, string Unit, IReadOnlyList<EvidencePoint> Points);

/// <param name="Span">Seconds that it is the mean of; null for a single sample.</param>
internal sealed record EvidencePoint(DateTimeOffset Time, double? Span, double? Value)
{
    public static EvidencePoint Of(HistoryPoint point) => new(point.Time, point.IsCoarse ? point.Span.TotalSeconds : null, point.Value);
}
