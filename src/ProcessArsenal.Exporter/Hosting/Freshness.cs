using System.Globalization;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Whether the latest snapshot still says something about now. Old numbers served as if they were new would be a lie.</summary>
internal sealed class Freshness(SnapshotStore store, SamplingService sampling, TimeProvider time)
{
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LeastLife = TimeSpan.FromMinutes(1);

    /// <summary>Three intervals and a second, and at least five seconds.</summary>
    private TimeSpan Stale => Max(3 * sampling.Interval + TimeSpan.FromSeconds(1), LeastPatience);

    /// <summary>Ten intervals, and at least a minute: then nothing but a restart will help.</summary>
    private TimeSpan Dead => Max(10 * sampling.Interval, LeastLife);

    /// <summary>Why the snapshot must not be used; null if it may.</summary>
    public string? WhyNotReady() => Age() is not { } age ? "the first sample is not complete yet" : age > Stale ? TooOld(age, Stale) : null;

    /// <summary>Why the program should be started again; null if it should not.</summary>
    public string? WhyNotAlive() =>
        sampling.Failure is { } failure ? $"sampling has stopped: {failure}" : Age() is { } age && age > Dead ? TooOld(age, Dead) : null;

    public TimeSpan? Age()
    {
        using SnapshotLease lease = store.Acquire();
        return lease.Snapshot is { } snapshot ? time.GetElapsedTime(snapshot.Timestamp) : null;
    }

    private static string TooOld(TimeSpan age, TimeSpan most) =>
        string.Create(CultureInfo.InvariantCulture, $"the snapshot is {age.TotalSeconds:0.0} s old, more than {most.TotalSeconds:0.0} s");

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
