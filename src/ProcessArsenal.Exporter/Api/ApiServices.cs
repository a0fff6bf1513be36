using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Flows;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Api;

/// <summary>What routes answer from.</summary>
internal sealed record ApiServices(SnapshotStore Store, Sampler Sampler, Freshness Freshness, ProcFs Proc, TimeProvider Time, ControlService Control, SupervisionService Supervision, PolicyService Policies)
{
    public ProcessInspector Inspector { get; } = new(Proc, Time);

    public MessageFlow Flows { get; } = new(Proc, Time);

    public PipeProbe Pipes { get; } = new(Proc, Time);

    /// <summary>What detectors look at, while the snapshot is held.</summary>
    public Evidence EvidenceOf(Snapshot snapshot)
    {
        List<LifecycleEvent> events = Sampler.Lifecycle.Since(snapshot.Time - Evidence.Window, out DateTimeOffset since);
        return new Evidence(snapshot, events, since) { StuckWriters = Pipes.Look(snapshot) };
    }

    /// <summary>Looks at the latest snapshot, and gives it back before anything is sent.</summary>
    /// <exception cref="ProblemException">There is none, or it is too old.</exception>
    public T Look<T>(Func<Snapshot, T> use)
    {
        if (Freshness.WhyNotReady() is { } reason) throw new ProblemException(Problem.NotReady($"Nothing to say about now: {reason}. Try again in some seconds."));
        using SnapshotLease lease = Store.Acquire();
        return use(lease.Snapshot!);
    }
}
