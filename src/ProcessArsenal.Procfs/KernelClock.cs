using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>The clocks that the kernel tells its own times by.</summary>
public static unsafe class KernelClock
{
    /// <summary>CLOCK_MONOTONIC, by which events are told, nanoseconds.</summary>
    public static ulong MonotonicNanoseconds() => Read(Libc.CLOCK_MONOTONIC);

    /// <summary>CPU time of the calling thread, nanoseconds.</summary>
    public static ulong ThreadCpuNanoseconds() => Read(Libc.CLOCK_THREAD_CPUTIME_ID);

    /// <summary>A start time of /proc/PID/stat (CLOCK_BOOTTIME, which goes on while the machine sleeps) on CLOCK_MONOTONIC, nanoseconds.</summary>
    public static ulong ToMonotonic(ulong startTicks)
    {
        ulong awake = MonotonicNanoseconds();
        ulong asleep = Read(Libc.CLOCK_BOOTTIME) - awake;
        ulong boot = startTicks * (1_000_000_000UL / (ulong)SystemConstants.ClockTicksPerSecond);
        return boot > asleep ? boot - asleep : 0;
    }

    private static ulong Read(int clock)
    {
        Libc.TimeSpec now;
        return Libc.ClockTime(clock, &now) == 0 ? (ulong)now.Seconds * 1_000_000_000 + (ulong)now.Nanoseconds : 0;
    }
}
