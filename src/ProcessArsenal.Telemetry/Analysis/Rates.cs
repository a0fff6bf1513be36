using ProcessArsenal.Procfs;
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
        };
    }

    /// <summary>Adds the rates of waits, which are told later in the tick than the rest.</summary>
    public static void AddWaits(in TaskAccounting earlier, in TaskAccounting later, TimeSpan elapsed, ref ProcessRates rates)
    {
        if (elapsed <= TimeSpan.Zero) return;
        rates.RunQueueWait = PerSecond(earlier.RunQueueNanoseconds / 1e9, later.RunQueueNanoseconds / 1e9, elapsed.TotalSeconds);
        if (earlier.HasDelays && later.HasDelays)
            rates.BlockIoWait = PerSecond(earlier.BlockIoNanoseconds / 1e9, later.BlockIoNanoseconds / 1e9, elapsed.TotalSeconds);
    }

    /// <summary>Rates of a process whose counters did not move: 0 where there is a counter.</summary>
    public static ProcessRates AtRest(in ProcessSample sample) => new()
    {
        Cpu = 0,
        DiskRead = sample.Io is null ? null : 0,
        DiskWrite = sample.Io is null ? null : 0,
        MajorFaults = 0,
        RunQueueWait = sample.Accounting is null ? null : 0,
        BlockIoWait = sample.Accounting is { HasDelays: true } ? 0 : null,
    };

    /// <summary>A counter that stepped back did not run backwards: 0.</summary>
    private static double? PerSecond(double? earlier, double? later, double seconds) =>
        earlier is { } from && later is { } to ? Math.Max(0, to - from) / seconds : null;
}
