namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/smaps_rollup (Documentation/filesystems/proc.rst), in bytes.</summary>
public struct ProcSmapsRollup
{
    /// <summary>Proportional set size: shared pages divided by the number of processes that map them.</summary>
    public ulong ProportionalBytes;

    /// <summary>Unique set size: private clean and private dirty pages, what would be free if the process ended.</summary>
    public ulong UniqueBytes;

    /// <summary>Proportional share of swapped-out pages.</summary>
    public ulong ProportionalSwapBytes;
}
