using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>Reads the kernel for a command, without a daemon: two samples a moment apart, so that there are rates.</summary>
internal static class LocalSnapshot
{
    /// <summary>Long enough that one clock tick (10 ms) is at most 4 % of a core, short enough not to be waited for.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    /// <exception cref="IOException">The proc file system can't be opened.</exception>
    public static async Task<T> ReadAsync<T>(
        ExporterConfiguration configuration, Func<Snapshot, T> use, TimeProvider time, CancellationToken cancellation)
    {
        using ProcFs proc = ProcRoot.Open(configuration.Procfs);
        var store = new SnapshotStore();
        // What is read between ticks would come too late for the only two there are.
        SamplingOptions options = configuration.ToSamplingOptions() with { SmapsBudget = TimeSpan.Zero };
        using var sampler = new Sampler(proc, store, options, time, listen: false);
        sampler.Tick();
        await Task.Delay(Between, time, cancellation).ConfigureAwait(false);
        sampler.Tick();
        using SnapshotLease lease = store.Acquire();
        return use(lease.Snapshot!);
    }
}
