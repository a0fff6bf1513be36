using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>The clocks that the kernel tells its own times by.</summary>
public static unsafe class KernelClock
{
    /// <summary>CLOCK_MONOTONIC, by which events are told, nanoseconds.</summary>
    public static ulong MonotonicNanoseconds() => Read(Libc.CLOCK_MONOTONIC);

    /// <summary>CPU time of the calling thread, nanoseconds.</summary>
    public static ulong ThreadCpuNanoseconds() => Read(Libc.CLOCK_THREAD_CPUTIME_ID);

    /// <summary>Time between two ticks of the kernel's timer (1 s / CONFIG_HZ), which the coarse clocks go by (clock_getres(2)); 10 ms, the longest
    /// there is, if it can't be told.</summary>
    public static TimeSpan TimerTick()
    {
        Libc.TimeSpec tick;
        bool told = Libc.ClockResolution(Libc.CLOCK_MONOTONIC_COARSE, &tick) == 0 && tick.Seconds == 0 && tick.Nanoseconds is >= 100_000 and <= 10_000_000;
        return TimeSpan.FromTicks(told ? tick.Nanoseconds / 100 : 100_000);
    }

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
