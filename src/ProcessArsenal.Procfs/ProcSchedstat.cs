namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/schedstat (Documentation/scheduler/sched-stats.rst): the <b>main thread's</b> alone.</summary>
public struct ProcSchedstat
{
    /// <summary>Time on a CPU, nanoseconds.</summary>
    public ulong RunNanoseconds;

    /// <summary>Time runnable but waiting for a CPU, nanoseconds.</summary>
    public ulong WaitNanoseconds;

    /// <summary>Times it was given a CPU.</summary>
    public ulong Slices;

    public static bool TryParse(ReadOnlySpan<byte> text, out ProcSchedstat schedstat)
    {
        schedstat = default;
        var s = new Utf8Scanner(text);
        return Utf8Scanner.IsWhole(text)
            && s.TryReadUInt64(out schedstat.RunNanoseconds)
            && s.TryReadUInt64(out schedstat.WaitNanoseconds)
            && s.TryReadUInt64(out schedstat.Slices);
    }
}
