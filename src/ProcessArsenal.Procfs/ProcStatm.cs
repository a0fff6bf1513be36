namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/statm (proc_pid_statm(5)): memory in pages. All zero for a kernel thread and a zombie, which have none.</summary>
public struct ProcStatm
{
    public ulong SizePages;
    public ulong ResidentPages;

    /// <summary>Resident pages backed by files or shared memory.</summary>
    public ulong SharedPages;

    public static bool TryParse(ReadOnlySpan<byte> text, out ProcStatm statm)
    {
        statm = default;
        var s = new Utf8Scanner(text);
        return Utf8Scanner.IsWhole(text)
            && s.TryReadUInt64(out statm.SizePages) && s.TryReadUInt64(out statm.ResidentPages) && s.TryReadUInt64(out statm.SharedPages);
    }
}
