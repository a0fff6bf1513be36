using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Analysis;

/// <summary>Change between two samples of one process.</summary>
public static class Rates
{
    /// <summary>Rates over the time between the samples; all null if no time passed.</summary>
    public static ProcessRates Between(in ProcessSample earlier, in ProcessSample later, TimeProvider time)
    {
        double seconds = time.GetElapsedTime(earlier.Timestamp, later.Timestamp).TotalSeconds;
        if (seconds <= 0) return default;
        return new ProcessRates
        {
            Cpu = PerSecond(ProcessFacts.CpuSeconds(earlier), ProcessFacts.CpuSeconds(later), seconds),
            DiskRead = PerSecond(earlier.Io?.ReadBytes, later.Io?.ReadBytes, seconds),
            DiskWrite = PerSecond(earlier.Io?.WriteBytes, later.Io?.WriteBytes, seconds),
            MajorFaults = PerSecond(earlier.Stat.MajorFaults, later.Stat.MajorFaults, seconds),
            RunQueueWait = PerSecond(ProcessFacts.RunQueueWaitSeconds(earlier), ProcessFacts.RunQueueWaitSeconds(later), seconds),
            BlockIoWait = PerSecond(ProcessFacts.BlockIoWaitSeconds(earlier), ProcessFacts.BlockIoWaitSeconds(later), seconds),
        };
    }

    /// <summary>A counter that stepped back did not run backwards: 0.</summary>
    private static double? PerSecond(double? earlier, double? later, double seconds) =>
        earlier is { } from && later is { } to ? Math.Max(0, to - from) / seconds : null;
}
