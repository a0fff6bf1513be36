using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>Units of this kernel's numbers, asked of sysconf(3) once.</summary>
public static class SystemConstants
{
    /// <summary>USER_HZ: clock ticks per second in /proc/PID/stat.</summary>
    public static readonly int ClockTicksPerSecond = Ask(Libc.SC_CLK_TCK);

    /// <summary>Bytes per page in stat and statm.</summary>
    public static readonly int PageSize = Ask(Libc.SC_PAGESIZE);

    private static int Ask(int name)
    {
        nint value = Libc.SystemConfiguration(name);
        return value > 0 ? (int)value : throw new InvalidOperationException($"sysconf({name}) answers {value}.");
    }
}
