using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>What the kernel's units are on this machine: read once from sysconf(3), constant while it runs.</summary>
public static class SystemConstants
{
    /// <summary>Bytes per page in stat and statm; -1 if sysconf(3) does not tell (<see cref="ProcFs.Open"/> then refuses).</summary>
    public static readonly int PageSize = (int)Libc.SystemConfiguration(Libc.SC_PAGESIZE);

    /// <summary>USER_HZ: clock ticks per second in stat; -1 if sysconf(3) does not tell (<see cref="ProcFs.Open"/> then refuses).</summary>
    public static readonly int ClockTicksPerSecond = (int)Libc.SystemConfiguration(Libc.SC_CLK_TCK);
}
