using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>A sample of all processes, and the machine at that moment. Give the lease back.</summary>
internal sealed record TopSample(SnapshotLease Lease, HostSummary Host) : IDisposable
{
    public Snapshot Snapshot => Lease.Snapshot!;

    public void Dispose() => Lease.Dispose();
}

/// <summary>Samples the kernel itself, without a daemon.</summary>
internal sealed class TopSampler : IDisposable
{
    /// <summary>To the second sample, the first that has rates: long enough that one clock tick (10 ms) is at most 4 % of a core, short enough not
    /// to be waited for.</summary>
    public static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(250);

    private readonly ProcFs _host;
    private readonly ProcFs _proc;
    private readonly Sampler _sampler;
    private readonly SnapshotStore _store = new();
    private readonly TimeProvider _time;

    /// <param name="listen">Whether to listen to the kernel's events, so that short-lived processes are seen to end.</param>
    /// <param name="interval">About how often it will be asked; null: as configured.</param>
    /// <exception cref="IOException">The proc file system can't be opened.</exception>
    public TopSampler(ExporterConfiguration configuration, TimeProvider time, bool listen, TimeSpan? interval = null)
    {
        _time = time;
        _proc = ProcRoot.Open(configuration.Procfs);
        _host = ProcFs.Open(configuration.Procfs); // The sampler's own is not for two.
        _sampler = new Sampler(
            _proc, _store, configuration.ToSamplingOptions() with { Interval = interval ?? configuration.Sampling.Interval }, time, listen: listen);
    }

    public TopSample Sample()
    {
        _sampler.Tick();
        SnapshotLease lease = _store.Acquire();
        return new TopSample(lease, HostSummary.Read(_host, lease.Snapshot!, _time));
    }

    public void Dispose()
    {
        _sampler.Dispose();
        _proc.Dispose();
        _host.Dispose();
    }
}
