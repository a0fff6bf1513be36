using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>What tasks of a process that have ended used, from their exit records. Of a process whose every task was recorded it is all that
/// the process used; else a part of it.</summary>
public struct TaskUsage
{
    /// <summary>CPU time, nanoseconds, exact.</summary>
    public ulong CpuNanoseconds;

    /// <summary>Samples of the timer interrupt in user mode, microseconds: the proportion counts.</summary>
    public ulong UserMicroseconds;

    /// <summary>Samples of the timer interrupt in kernel mode, microseconds: the proportion counts.</summary>
    public ulong SystemMicroseconds;

    public ulong MinorFaults;
    public ulong MajorFaults;
    public ulong ReadBytes;
    public ulong WriteBytes;
    public TaskAccounting Accounting;

    /// <summary>Tasks that were added.</summary>
    public int Tasks;

    /// <summary>CPU time in user mode in clock ticks with fractions, split as the kernel splits it (cputime_adjust, kernel/sched/cputime.c):
    /// the exact total in proportion to the samples, all of it if a side has none.</summary>
    public readonly double UserTicks
    {
        get
        {
            if (SystemMicroseconds == 0) return Ticks;
            return UserMicroseconds == 0 ? 0 : Ticks * UserMicroseconds / (UserMicroseconds + SystemMicroseconds);
        }
    }

    /// <summary>CPU time in kernel mode in clock ticks with fractions.</summary>
    public readonly double SystemTicks => Ticks - UserTicks;

    private readonly double Ticks => CpuNanoseconds * (SystemConstants.ClockTicksPerSecond / 1e9);

    /// <summary>Adds one task.</summary>
    public void Add(in Taskstats task)
    {
        Tasks++;
        CpuNanoseconds += task.CpuNanoseconds;
        UserMicroseconds += task.UserMicroseconds;
        SystemMicroseconds += task.SystemMicroseconds;
        MinorFaults += task.MinorFaults;
        MajorFaults += task.MajorFaults;
        ReadBytes += task.ReadBytes;
        WriteBytes += task.WriteBytes;
        Accounting.RunQueueNanoseconds += task.Accounting.RunQueueNanoseconds;
        Accounting.BlockIoNanoseconds += task.Accounting.BlockIoNanoseconds;
        Accounting.SwapNanoseconds += task.Accounting.SwapNanoseconds;
        Accounting.ReclaimNanoseconds += task.Accounting.ReclaimNanoseconds;
        Accounting.VoluntarySwitches += task.Accounting.VoluntarySwitches;
        Accounting.InvoluntarySwitches += task.Accounting.InvoluntarySwitches;
    }

    /// <summary>Takes in the sum that the kernel made over the process: it knows tasks that ended before we listened.</summary>
    public void Raise(in Taskstats process)
    {
        CpuNanoseconds = Math.Max(CpuNanoseconds, process.CpuNanoseconds);
        if (process.UserMicroseconds + process.SystemMicroseconds > UserMicroseconds + SystemMicroseconds)
            (UserMicroseconds, SystemMicroseconds) = (process.UserMicroseconds, process.SystemMicroseconds);
        Accounting.NeverFall(process.Accounting);
    }
}
