using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>CPU time in clock ticks with fractions.</summary>
public readonly record struct CpuTicks(double User, double System);

/// <summary>Raw facts of one process at one tick, as the kernel told them. What could not be read is null, never 0.
/// Nothing here is derived: see Analysis.</summary>
public struct ProcessSample
{
    public ProcessIdentity Identity;

    /// <summary>When stat was read: <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long Timestamp;

    public ProcStat Stat;
    public ProcStatm? Statm;
    public ProcStatus? Status;
    public ProcIo? Io;

    /// <summary>Open file descriptors.</summary>
    public int? Descriptors;

    /// <summary>Context switches and waits of all threads, from taskstats.</summary>
    public TaskAccounting? Accounting;

    /// <summary>Proportional and unique memory; as old as <see cref="SmapsTimestamp"/>, since it is read by a time budget.</summary>
    public ProcSmapsRollup? Smaps;

    /// <summary>When <see cref="Smaps"/> was read: <see cref="TimeProvider.GetTimestamp"/>; 0 if it never was.</summary>
    public long SmapsTimestamp;

    /// <summary>CPU time that it used in all, of a process that has ended: exact, where clock ticks are not.</summary>
    public CpuTicks? FinalCpu;

    /// <summary>Lifts counters that stepped back to where they were: the kernel sums over threads without stopping them, so a sum may dip
    /// while one ends (fs/proc), and a counter that falls would look to Prometheus like one that began anew.</summary>
    /// <param name="earlier">The sample before, of the same process.</param>
    public void NeverFall(in ProcessSample earlier)
    {
        Stat.UserTicks = Math.Max(Stat.UserTicks, earlier.Stat.UserTicks);
        Stat.SystemTicks = Math.Max(Stat.SystemTicks, earlier.Stat.SystemTicks);
        Stat.MinorFaults = Math.Max(Stat.MinorFaults, earlier.Stat.MinorFaults);
        Stat.MajorFaults = Math.Max(Stat.MajorFaults, earlier.Stat.MajorFaults);
        if (Accounting is { } accounting && earlier.Accounting is { } known)
        {
            accounting.NeverFall(known);
            Accounting = accounting;
        }
        if (Io is not { } io || earlier.Io is not { } before) return;
        io.ReadBytes = Math.Max(io.ReadBytes, before.ReadBytes);
        io.WriteBytes = Math.Max(io.WriteBytes, before.WriteBytes);
        io.ReadCharacters = Math.Max(io.ReadCharacters, before.ReadCharacters);
        io.WrittenCharacters = Math.Max(io.WrittenCharacters, before.WrittenCharacters);
        Io = io;
    }
}
