using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Control.Evidence;

/// <summary>What began and ended on the host of late.</summary>
/// <param name="Since">From when on it is known.</param>
/// <param name="Omitted">How many of the first were left out.</param>
internal sealed record EvidenceLifecycle(DateTimeOffset Since, int Omitted, IReadOnlyList<EvidenceEvent> Events)
{
    private const int Most = 1000;

    /// <param name="subject">What is told of it is never left out.</param>
    public static EvidenceLifecycle Of(LifecycleLog log, ProcessIdentity subject, DateTimeOffset since)
    {
        List<LifecycleEvent> events = log.Since(since, out DateTimeOffset from);
        int first = Math.Max(0, events.Count - Most);
        EvidenceEvent[] told = [.. events.Where((one, i) => i >= first || one.Identity == subject).Select(static one => EvidenceEvent.Of(one))];
        return new EvidenceLifecycle(from, events.Count - told.Length, told);
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
