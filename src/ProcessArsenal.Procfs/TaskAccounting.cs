namespace ProcessArsenal.Procfs;

/// <summary>What a process's threads waited for and how often they were switched, the ended threads included, since it started
/// (Documentation/accounting/delay-accounting.rst).</summary>
public struct TaskAccounting
{
    /// <summary>Runnable but waiting for a CPU, nanoseconds.</summary>
    public ulong RunQueueNanoseconds;

    /// <summary>Whether the three delays below are counted (kernel.task_delayacct=1).</summary>
    public bool HasDelays;

    /// <summary>Waiting for synchronous block I/O, nanoseconds; meaningful if <see cref="HasDelays"/>.</summary>
    public ulong BlockIoNanoseconds;

    /// <summary>Waiting for pages to be swapped in, nanoseconds; meaningful if <see cref="HasDelays"/>.</summary>
    public ulong SwapNanoseconds;

    /// <summary>Waiting for memory to be reclaimed, nanoseconds; meaningful if <see cref="HasDelays"/>.</summary>
    public ulong ReclaimNanoseconds;

    public ulong VoluntarySwitches;

    public ulong InvoluntarySwitches;

    /// <summary>Lifts what stepped back to where it was: the kernel sums over threads without stopping them.</summary>
    public void NeverFall(in TaskAccounting earlier)
    {
        RunQueueNanoseconds = Math.Max(RunQueueNanoseconds, earlier.RunQueueNanoseconds);
        BlockIoNanoseconds = Math.Max(BlockIoNanoseconds, earlier.BlockIoNanoseconds);
        SwapNanoseconds = Math.Max(SwapNanoseconds, earlier.SwapNanoseconds);
        ReclaimNanoseconds = Math.Max(ReclaimNanoseconds, earlier.ReclaimNanoseconds);
        VoluntarySwitches = Math.Max(VoluntarySwitches, earlier.VoluntarySwitches);
        InvoluntarySwitches = Math.Max(InvoluntarySwitches, earlier.InvoluntarySwitches);
    }
}
