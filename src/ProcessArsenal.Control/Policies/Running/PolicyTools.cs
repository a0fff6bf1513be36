using ProcessArsenal.Control.Alerting.Raising;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Control.Policies.Running;

/// <summary>What policies see and act by.</summary>
/// <param name="Ledger">Null: there is none now, and nothing is done.</param>
/// <param name="Pipeline">The one in force.</param>
/// <param name="Child">A child of our own supervisors by name; null: there is none.</param>
/// <param name="OwnerOf">Whose child a process is; null: of none.</param>
public sealed record PolicyTools(
    SnapshotStore Store, Func<ActionLedger?> Ledger, Func<ControlPipeline> Pipeline, TraceSessions Traces, RestartOptions Restarts, Func<ChildName, SupervisedChild?> Child, Func<ProcessIdentity, SupervisedChild?> OwnerOf, TimeProvider Time)
{
    /// <summary>Where our own alerts are raised.</summary>
    public required AlertmanagerClient Alertmanager { get; init; }

    /// <summary>What takes dumps.</summary>
    public required MemoryDumps Dumps { get; init; }

    /// <summary>By whom evidence is taken; null: none is.</summary>
    public EvidenceTaker? Evidence { get; init; }

    /// <summary>A younger process is not counted as fit for work yet.</summary>
    internal Func<TimeSpan> Grace { get; init; } = static () => new ControlOptions().Grace;
}
