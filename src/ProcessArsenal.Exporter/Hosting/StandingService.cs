using ProcessArsenal.Exporter.Api;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Judges processes against their past and their equals, now and then: what is told of that is of a minute and more.</summary>
internal sealed class StandingService(SnapshotStore store, Sampler sampler, ApiServices services, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                using SnapshotLease lease = store.Acquire();
                if (lease.Snapshot is not { } snapshot) continue;
                sampler.Standings.Update(snapshot);
                services.Pipes.Look(snapshot); // It tells of who has waited since an earlier look.
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }
}
