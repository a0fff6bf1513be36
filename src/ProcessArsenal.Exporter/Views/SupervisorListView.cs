using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Views;

/// <summary>Who starts processes again when they end.</summary>
/// <param name="Time">When the processes were sampled.</param>
/// <param name="Supervisors">Our own first; the others by kind and name.</param>
internal sealed record SupervisorListView(DateTimeOffset Time, IReadOnlyList<SupervisorItemView> Supervisors)
{
    /// <summary>Why our own are not there, though they are configured; null: they are, or none are.</summary>
    public string? Trouble { get; init; }

    /// <param name="own">Null: there are none.</param>
    public static SupervisorListView Of(Snapshot snapshot, SupervisorSet? own) => new(snapshot.Time, [.. own?.Supervisors.Select(SupervisorItemView.Of) ?? [], .. Of(snapshot)]);

    /// <summary>Those that are not our own, of which only those who have them know more than that they have children.</summary>
    public static List<SupervisorItemView> Of(Snapshot snapshot) =>
        [.. Telemetry.Analysis.Supervisors.Of(snapshot).Select(SupervisorItemView.Of).Where(static one => one.Kind != SupervisorItemView.OwnKind)];
}
