using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>The last word on what a process used. Pure functions.</summary>
internal static class FinalSample
{
    /// <summary>Of one that was sampled while it lived: the larger of what was sampled and what was recorded, since records may lack threads
    /// that ended before we listened.</summary>
    public static ProcessSample Of(in ProcessSample last, in TaskUsage usage)
    {
        ProcessSample sample = Of(usage);
        sample.Identity = last.Identity;
        sample.Timestamp = last.Timestamp;
        sample.Stat.StartTicks = last.Stat.StartTicks;
        sample.FinalCpu = Cpu(new CpuTicks(last.Stat.UserTicks, last.Stat.SystemTicks), sample.FinalCpu!.Value);
        sample.Stat.MinorFaults = Math.Max(sample.Stat.MinorFaults, last.Stat.MinorFaults);
        sample.Stat.MajorFaults = Math.Max(sample.Stat.MajorFaults, last.Stat.MajorFaults);
        if (last.Io is { } io && sample.Io is { } final)
        {
            final.ReadBytes = Math.Max(final.ReadBytes, io.ReadBytes);
            final.WriteBytes = Math.Max(final.WriteBytes, io.WriteBytes);
            sample.Io = final;
        }
        if (last.Accounting is { } known && sample.Accounting is { } accounting)
        {
            accounting.HasDelays = known.HasDelays;
            accounting.NeverFall(known);
            sample.Accounting = accounting;
        }
        return sample;
    }

    /// <summary>What is added to the two modes is what was used in all since the sample: the kernel splits a total anew each time, so that one
    /// mode may have fallen.</summary>
    private static CpuTicks Cpu(CpuTicks sampled, CpuTicks final)
    {
        double used = final.User + final.System - sampled.User - sampled.System;
        double user = Math.Max(0, final.User - sampled.User), system = Math.Max(0, final.System - sampled.System);
        if (used <= 0 || user + system <= 0) return sampled;
        double share = used / (user + system);
        return new CpuTicks(sampled.User + user * share, sampled.System + system * share);
    }

    /// <summary>Of one that was never sampled.</summary>
    public static ProcessSample Of(in TaskUsage usage) => new()
    {
        FinalCpu = new CpuTicks(usage.UserTicks, usage.SystemTicks),
        Stat = new ProcStat { MinorFaults = usage.MinorFaults, MajorFaults = usage.MajorFaults },
        Io = new ProcIo { ReadBytes = usage.ReadBytes, WriteBytes = usage.WriteBytes },
        Accounting = usage.Accounting,
    };
}
