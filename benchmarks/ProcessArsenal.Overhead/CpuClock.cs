using System.Runtime.InteropServices;

namespace ProcessArsenal.Overhead;

/// <summary>The CPU clock of a process: clock_getcpuclockid(3).</summary>
internal sealed partial class CpuClock
{
    private readonly int _clock;

    public CpuClock(int pid)
    {
        if (ClockOf(pid, out _clock) != 0) throw new InvalidOperationException("Its CPU time can't be read.");
    }

    /// <summary>CPU time that it has used so far, of all its threads, by the scheduler's own account and not in clock ticks of 10 ms.</summary>
    public long Nanoseconds()
    {
        if (ReadClock(_clock, out TimeSpec used) != 0) throw new InvalidOperationException("The process has ended.");
        return used.Seconds * 1_000_000_000 + used.Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_getcpuclockid")]
    private static partial int ClockOf(int pid, out int clock);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
