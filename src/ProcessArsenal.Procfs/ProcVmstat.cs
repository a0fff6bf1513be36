namespace ProcessArsenal.Procfs;

/// <summary>/proc/vmstat (proc_vmstat(5)), what we want of it.</summary>
public struct ProcVmstat
{
    /// <summary>Processes that the kernel has killed since boot as memory ran out, of the machine or of a control group; null before
    /// Linux 4.13.</summary>
    public ulong? OomKills;

    public static bool TryParse(ReadOnlySpan<byte> text, out ProcVmstat vmstat)
    {
        vmstat = default;
        if (!Utf8Scanner.IsWhole(text)) return false;
        if (FlatKeyed.TryFind(text, "oom_kill"u8, out ulong kills)) vmstat.OomKills = kills;
        return true;
    }
}
