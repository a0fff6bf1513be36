using ProcessArsenal.Telemetry.EventPipe.Meters;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>What keeps a session from telling all that it was begun for, though it goes on. Another may tell it.</summary>
/// <param name="Reason">In words.</param>
/// <param name="Worth">How long this one is worth keeping for what it does tell.</param>
/// <param name="Settings">Those that the next is to be begun with; null: our own.</param>
internal sealed record TargetObstacle(string Reason, TimeSpan Worth, MeterSettings? Settings = null)
{
    public static readonly TargetObstacle
        MetersTaken = new("another tool has its meters to itself", TimeSpan.FromMinutes(1)),
        MetersStopped = new("it tells its meters no more, though it tells other things", TimeSpan.Zero),
        FilterTaken = new("another tool has replaced the filter of its spans", TimeSpan.Zero);

    /// <summary>The meters come, but as another tool wants them. It may be gone some time.</summary>
    public static TargetObstacle Agreed(MeterSettings settings) => new(
        FormattableString.Invariant(
            $"as another tool wants them, its meters come each {settings.Interval.TotalSeconds} s, with {settings.MostSeries} series and {settings.MostHistograms} histograms at most"),
        TimeSpan.FromMinutes(10));

    public static TargetObstacle Disagreed(MeterSettings holding) => new("another tool listens to its meters with other settings", TimeSpan.Zero, holding);
}
