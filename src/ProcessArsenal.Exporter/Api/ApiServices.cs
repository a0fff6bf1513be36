using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Api;

/// <summary>What routes answer from.</summary>
internal sealed record ApiServices(SnapshotStore Store, Sampler Sampler, Freshness Freshness, ProcFs Proc, TimeProvider Time)
{
    public ProcessInspector Inspector { get; } = new(Proc, Time);

    /// <summary>Looks at the latest snapshot, and gives it back before anything is sent.</summary>
    /// <exception cref="ProblemException">There is none, or it is too old.</exception>
    public T Look<T>(Func<Snapshot, T> use)
    {
        if (Freshness.WhyNotReady() is { } reason) throw new ProblemException(Problem.NotReady($"Nothing to say about now: {reason}. Try again in some seconds."));
        using SnapshotLease lease = Store.Acquire();
        return use(lease.Snapshot!);
    }
}
