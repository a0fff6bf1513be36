using ProcessArsenal.Telemetry.Analysis.Outliers;

namespace ProcessArsenal.Telemetry.Analysis.Standings;

/// <summary>How a process stands against its past and its equals, as of some seconds ago. Immutable.</summary>
/// <param name="MemoryTrend">Bytes that its resident memory rises by per second, over ten minutes; null if too little is known.</param>
/// <param name="Deviations">By the place of the signal among <see cref="OutlierSignal.All"/>, how many MADs it is out; null where it is not.</param>
public sealed record Standing(double? MemoryTrend, double?[]? Deviations)
{
    internal double? DeviationOf(int signal) => Deviations?[signal];
}
