using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>Our own RLIMIT_NOFILE (getrlimit(2)). Each process that is watched keeps two descriptors open.</summary>
public static unsafe class OpenFileLimit
{
    /// <summary>The soft limit in force; 0 if it can't be told.</summary>
    public static ulong Current()
    {
        Libc.ResourceLimit limit;
        return Libc.ProcessLimit(0, Libc.RLIMIT_NOFILE, null, &limit) == 0 ? limit.Soft : 0;
    }

    /// <summary>Raises the soft limit to the hard one; a program compiled ahead of time gets no such help from its runtime.</summary>
    /// <returns>The soft limit now in force; 0 if it can't be told.</returns>
    public static ulong Raise()
    {
        Libc.ResourceLimit limit;
        if (Libc.ProcessLimit(0, Libc.RLIMIT_NOFILE, null, &limit) != 0) return 0;
        if (limit.Soft >= limit.Hard) return limit.Soft;
        Libc.ResourceLimit raised = limit with { Soft = limit.Hard };
        return Libc.ProcessLimit(0, Libc.RLIMIT_NOFILE, &raised, null) == 0 ? raised.Soft : limit.Soft;
    }
}
