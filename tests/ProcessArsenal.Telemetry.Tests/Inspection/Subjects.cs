using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Tests.Inspection;

/// <summary>Real processes to be looked at.</summary>
internal static class Subjects
{
    /// <summary>One, as a look at all processes sees it.</summary>
    public static InspectionSubject Find(ProcFs proc, int pid)
    {
        var store = new SnapshotStore();
        using var sampler = new Sampler(proc, store, new SamplingOptions { SmapsBudget = TimeSpan.Zero }, TimeProvider.System, listen: false);
        sampler.Tick();
        using SnapshotLease lease = store.Acquire();
        return InspectionSubject.Of(lease.Snapshot!, lease.Snapshot!.IndexOf(pid));
    }
}
