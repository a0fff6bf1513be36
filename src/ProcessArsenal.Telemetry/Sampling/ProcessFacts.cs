using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>What the raw facts mean in bytes and seconds, once for every reader. Null is unreadable. A process without an address space
/// (kernel thread, zombie) has 0 bytes, which is true; of one whose main thread ended while others live on, the kernel tells 0 too, which is not.</summary>
public static class ProcessFacts
{
    private static readonly ProcStatus NoMemory;

    public static double? ResidentBytes(in ProcessSample sample) =>
        sample.Stat.IsLeaderless ? null : sample.Statm?.ResidentPages * (double)SystemConstants.PageSize;

    public static double? VirtualBytes(in ProcessSample sample) =>
        sample.Stat.IsLeaderless ? null : sample.Statm?.SizePages * (double)SystemConstants.PageSize;

    public static double? AnonymousBytes(in ProcessSample sample) =>
        Detail(sample, out bool known).AnonymousBytes is var value && known ? value : null;

    public static double? SwapBytes(in ProcessSample sample) =>
        Detail(sample, out bool known).SwapBytes is var value && known ? value : null;

    /// <summary>Resident memory with shared pages divided by the number of processes that map them (PSS).</summary>
    public static double? ProportionalBytes(in ProcessSample sample) => Rollup(sample)?.ProportionalBytes;

    /// <summary>Resident memory that no other process maps (USS).</summary>
    public static double? UniqueBytes(in ProcessSample sample) => Rollup(sample)?.UniqueBytes;

    /// <summary>Swapped-out memory with shared pages divided by the number of processes that map them.</summary>
    public static double? ProportionalSwapBytes(in ProcessSample sample) => Rollup(sample)?.ProportionalSwapBytes;

    /// <summary>Whether it is known to have no address space: a kernel thread or a zombie.</summary>
    internal static bool HasNoMemory(in ProcessSample sample) => !sample.Stat.IsLeaderless && sample.Statm is { SizePages: 0 };

    private static ProcSmapsRollup? Rollup(in ProcessSample sample)
    {
        if (HasNoMemory(sample)) return new ProcSmapsRollup { ProportionalSwapBytes = 0 };
        return sample.Stat.IsLeaderless ? null : sample.Smaps;
    }

    /// <summary>The sizes in status, without copying them. Without an address space they are 0; with one, Linux before 4.5 does not tell them.</summary>
    private static ref readonly ProcStatus Detail(in ProcessSample sample, out bool known)
    {
        ref readonly ProcStatus status = ref Nullable.GetValueRefOrDefaultRef(in sample.Status);
        known = !sample.Stat.IsLeaderless && sample.Status.HasValue && (status.HasMemory || HasNoMemory(sample));
        return ref status.HasMemory ? ref status : ref NoMemory;
    }

    public static double? Descriptors(in ProcessSample sample) =>
        sample.Stat.IsLeaderless ? null : sample.Descriptors;

    /// <summary>Open descriptors over the soft limit; NaN without a limit.</summary>
    public static double? DescriptorRatio(in ProcessRow row)
    {
        if (Descriptors(row.Sample) is not { } open) return null;
        if (row.Description.DescriptorLimit is not { } limit) return null;
        return limit is 0 or ProcLimits.Unlimited ? double.NaN : open / limit;
    }

    /// <summary>CPU time in user mode, clock ticks.</summary>
    public static double UserTicks(in ProcessSample sample) => sample.FinalCpu is { } final ? final.User : sample.Stat.UserTicks;

    /// <summary>CPU time in kernel mode, clock ticks.</summary>
    public static double SystemTicks(in ProcessSample sample) => sample.FinalCpu is { } final ? final.System : sample.Stat.SystemTicks;

    public static double CpuSeconds(in ProcessSample sample) =>
        (UserTicks(sample) + SystemTicks(sample)) / SystemConstants.ClockTicksPerSecond;

    /// <summary>Time that threads were runnable and had no CPU, seconds since the process started.</summary>
    public static double? RunQueueWaitSeconds(in ProcessSample sample) => sample.Accounting?.RunQueueNanoseconds / 1e9;

    /// <summary>Time that threads waited for block I/O, seconds since the process started.</summary>
    public static double? BlockIoWaitSeconds(in ProcessSample sample) => BlockIoWaitNanoseconds(sample) / 1e9;

    /// <summary>Time that threads waited for block I/O, nanoseconds since the process started.</summary>
    public static double? BlockIoWaitNanoseconds(in ProcessSample sample) =>
        Delays(sample, out bool known).BlockIoNanoseconds is var value && known ? value : null;

    /// <summary>Time that threads waited for memory to come back from swap, nanoseconds since the process started.</summary>
    public static double? SwapWaitNanoseconds(in ProcessSample sample) =>
        Delays(sample, out bool known).SwapNanoseconds is var value && known ? value : null;

    /// <summary>Time that threads waited for memory to be reclaimed, nanoseconds since the process started.</summary>
    public static double? ReclaimWaitNanoseconds(in ProcessSample sample) =>
        Delays(sample, out bool known).ReclaimNanoseconds is var value && known ? value : null;

    /// <summary>The accounts, without copying them.</summary>
    /// <param name="known">Whether delays are among them.</param>
    private static ref readonly TaskAccounting Delays(in ProcessSample sample, out bool known)
    {
        ref readonly TaskAccounting accounting = ref Nullable.GetValueRefOrDefaultRef(in sample.Accounting);
        known = accounting.HasDelays;
        return ref accounting;
    }
}
