using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;
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

/// <summary>What began and ended on the host of late.</summary>
/// <param name="Since">From when on it is known.</param>
/// <param name="Omitted">How many before were left out.</param>
internal sealed record EvidenceLifecycle(DateTimeOffset Since, int Omitted, IReadOnlyList<EvidenceEvent> Events)
{
    private const int Most = 1000;

    public static EvidenceLifecycle Of(LifecycleLog log, DateTimeOffset since)
    {
        List<LifecycleEvent> events = log.Since(since, out DateTimeOffset from);
        return new EvidenceLifecycle(from, Math.Max(0, events.Count - Most), [.. events.TakeLast(Most).Select(static one => EvidenceEvent.Of(one))]);
    }
}

/// <param name="Outcome">How it ended; null: it began.</param>
/// <param name="Code">Exit code, or the number of the signal.</param>
internal sealed record EvidenceEvent(DateTimeOffset Time, string Type, string? Identity, int Pid, int ParentPid, string Name, string Group, string? Outcome, int? Code, double? Lifetime, double? CpuSeconds)
{
    public static EvidenceEvent Of(in LifecycleEvent happened) => new(
        happened.Time, happened.IsEnd ? "exit" : "start", happened.Identity?.ToString(), happened.Pid, happened.ParentPid, happened.Name, happened.Group,
        happened.IsEnd ? NameOf(happened.Outcome) : null, happened.Code, happened.Lifetime?.TotalSeconds, happened.CpuSeconds);

    private static string NameOf(ExitOutcome outcome) => outcome switch
    {
        ExitOutcome.Success => "success",
        ExitOutcome.Failure => "failure",
        ExitOutcome.Signal => "signal",
        ExitOutcome.OomKill => "oom_kill",
        _ => "unknown",
    };
}
