using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>What detectors look at: one snapshot with its histories, and what began and ended of late.</summary>
/// <param name="Snapshot">Leased for as long as they look.</param>
/// <param name="Events">Starts and exits since <paramref name="Since"/>, in their order.</param>
/// <param name="Since">From when on all of them are known.</param>
public sealed record Evidence(Snapshot Snapshot, IReadOnlyList<LifecycleEvent> Events, DateTimeOffset Since)
{
    /// <summary>Who waits for room in a pipe, if that was asked: see <see cref="PipeProbe"/>.</summary>
    public IReadOnlyList<StuckWriter> StuckWriters { get; init; } = [];

    /// <summary>How far back events are looked at.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>The name that findings give to a process.</summary>
    internal static Relative Of(in ProcessRow row) => new(row.Sample.Identity.ToString(), row.Sample.Identity.Pid, row.Description.Name);
}
