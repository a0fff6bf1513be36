namespace ProcessArsenal.Telemetry.Snapshots.Histories;

/// <summary>What is kept of every process at each tick. The name is that of the field of expressions.</summary>
/// <param name="Name">Of the field.</param>
/// <param name="Unit">What one of it is.</param>
/// <param name="Index">Its place in a process's history.</param>
/// <param name="IsOfRuntime">Told by .NET processes only.</param>
public sealed record HistorySignal(string Name, string Unit, int Index, bool IsOfRuntime)
{
    public static readonly HistorySignal
        Cpu = new("cpu", "cores", 0, false),
        Memory = new("memory", "bytes", 1, false),
        MemoryAnonymous = new("memory_anonymous", "bytes", 2, false),
        Threads = new("threads", "number", 3, false),
        Descriptors = new("fds", "number", 4, false),
        DiskRead = new("io_read", "bytes per second", 5, false),
        DiskWrite = new("io_write", "bytes per second", 6, false),
        MajorFaults = new("major_faults", "per second", 7, false),
        RunQueueWait = new("run_queue_wait", "seconds per second", 8, false),
        ThreadPoolQueue = new("threadpool_queue", "number", 0, true),
        ThreadPoolThreads = new("threadpool_threads", "number", 1, true),
        GcHeap = new("gc_heap", "bytes", 2, true),
        GcPauseRatio = new("gc_pause_ratio", "ratio", 3, true),
        Exceptions = new("exceptions", "per second", 4, true),
        Requests = new("requests", "per second", 5, true);

    /// <summary>How many are kept of every process, and how many more of a .NET process.</summary>
    internal const int OfKernel = 9, OfRuntime = 6;

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<HistorySignal> All =
    [
        Cpu, Memory, MemoryAnonymous, Threads, Descriptors, DiskRead, DiskWrite, MajorFaults, RunQueueWait,
        ThreadPoolQueue, ThreadPoolThreads, GcHeap, GcPauseRatio, Exceptions, Requests,
    ];

    /// <summary>The signal of this name, exactly; null if there is none.</summary>
    public static HistorySignal? Find(string name) => All.FirstOrDefault(signal => signal.Name == name);
}

/// <summary>One value of a history.</summary>
/// <param name="Time">When the tick began; of a coarse point, when its span did.</param>
/// <param name="Span">How long a coarse point lasts, which is the mean of its ticks; zero for a tick.</param>
/// <param name="Value">Within 0.04 %; null if there was none.</param>
public readonly record struct HistoryPoint(DateTimeOffset Time, TimeSpan Span, double? Value)
{
    /// <summary>It is the mean of many ticks.</summary>
    public bool IsCoarse => Span > TimeSpan.Zero;
}
