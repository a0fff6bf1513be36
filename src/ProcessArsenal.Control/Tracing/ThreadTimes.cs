using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Tracing;

/// <summary>How much CPU time each thread of a process has had, by /proc/PID/task/TID/stat (proc_pid_stat(5)).</summary>
internal static class ThreadTimes
{
    private const int MostThreads = 4096;

    /// <returns>Seconds by thread; empty if it has ended, or its threads have other numbers where it is (a pid namespace of its own).</returns>
    public static Dictionary<int, double> Read(ProcessDirectory target)
    {
        var seconds = new Dictionary<int, double>();
        Span<byte> buffer = stackalloc byte[8192];
        if (target.ReadStat(buffer, out ProcStat own, out _) != ReadOutcome.Ok || target.ReadStatus(buffer, out ProcStatus status) != ReadOutcome.Ok || (status.InnermostPid > 0 && status.InnermostPid != own.Pid)) return seconds;
        var threads = new List<int>();
        if (target.ListThreads(buffer, threads, MostThreads, out _) != ReadOutcome.Ok) return seconds;
        foreach (int thread in threads)
            if (target.ReadThreadStat(thread, buffer, out ProcStat stat, out _) == ReadOutcome.Ok) seconds[thread] = (double)(stat.UserTicks + stat.SystemTicks) / SystemConstants.ClockTicksPerSecond;
        return seconds;
    }

    /// <summary>What each had between; threads that have begun meanwhile from their beginning.</summary>
    public static Dictionary<int, double> Between(Dictionary<int, double> before, Dictionary<int, double> after) =>
        after.ToDictionary(static pair => pair.Key, pair => Math.Max(0, pair.Value - before.GetValueOrDefault(pair.Key)));
}
