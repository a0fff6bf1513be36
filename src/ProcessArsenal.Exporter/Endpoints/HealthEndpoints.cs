using System.Globalization;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Endpoints;

/// <summary><c>/healthz</c>: is the program worth keeping alive? <c>/readyz</c>: is what it publishes worth scraping?</summary>
internal sealed class HealthEndpoints(SnapshotStore store, SamplingService sampling, TimeProvider time)
{
    /// <summary>Alive as long as the loop of ticks has not ended. That it answers at all says the rest.</summary>
    public Task HealthAsync(HttpContext http) => sampling.Failure is { } failure
        ? PlainText.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, $"sampling has stopped: {failure}")
        : PlainText.WriteAsync(http, StatusCodes.Status200OK, "ok");

    /// <summary>Ready while the snapshot is no older than three intervals and a second.</summary>
    public Task ReadyAsync(HttpContext http)
    {
        TimeSpan? age = null;
        using (SnapshotLease lease = store.Acquire())
            if (lease.Snapshot is { } snapshot) age = time.GetElapsedTime(snapshot.Timestamp);
        TimeSpan stale = 3 * sampling.Interval + TimeSpan.FromSeconds(1);
        if (age is null) return PlainText.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, "not ready: the first sample is not complete yet");
        string seconds = age.Value.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        return age <= stale
            ? PlainText.WriteAsync(http, StatusCodes.Status200OK, $"ready: the snapshot is {seconds} s old")
            : PlainText.WriteAsync(http, StatusCodes.Status503ServiceUnavailable,
                string.Create(CultureInfo.InvariantCulture, $"not ready: the snapshot is {seconds} s old, more than {stale.TotalSeconds:0.0} s"));
    }
}
