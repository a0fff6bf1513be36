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
}
