namespace ProcessArsenal.Telemetry.EventPipe.Meters;

/// <summary>An event counter of System.Runtime, and the instrument of .NET 9 that means the same. Threads and queue of the thread pool are levels, as
/// the semantic conventions have them; .NET 9 and 10 tell them as counters.</summary>
/// <param name="name">Of the event counter.</param>
/// <param name="instrument">Of the meter System.Runtime.</param>
/// <param name="unit">Of the instrument.</param>
/// <param name="kind">Of the instrument.</param>
internal sealed class RuntimeCounter(string name, string instrument, string unit, MeterKind kind)
{
    private const string HeapSize = "dotnet.gc.last_collection.heap.size", Collections = "dotnet.gc.collections";

    public static readonly RuntimeCounter[] All =
    [
        new("gen-0-gc-count", Collections, "{collection}", MeterKind.Counter) { IsIncrement = true, Tags = Generation("gen0"), HasInner = true },
        new("gen-1-gc-count", Collections, "{collection}", MeterKind.Counter) { IsIncrement = true, Tags = Generation("gen1"), HasInner = true, Within = "gen-0-gc-count" },
        new("gen-2-gc-count", Collections, "{collection}", MeterKind.Counter) { IsIncrement = true, Tags = Generation("gen2"), Within = "gen-1-gc-count" },
        new("alloc-rate", "dotnet.gc.heap.total_allocated", "By", MeterKind.Counter) { IsIncrement = true },
        new("gc-committed", "dotnet.gc.last_collection.memory.committed_size", "By", MeterKind.UpDownCounter) { Scale = RuntimeScale.Mega, IsOfLastCollection = true },
        new("gen-0-size", HeapSize, "By", MeterKind.UpDownCounter) { Tags = Generation("gen0"), IsOfLastCollection = true },
        new("gen-1-size", HeapSize, "By", MeterKind.UpDownCounter) { Tags = Generation("gen1"), IsOfLastCollection = true },
        new("gen-2-size", HeapSize, "By", MeterKind.UpDownCounter) { Tags = Generation("gen2"), IsOfLastCollection = true },
        new("loh-size", HeapSize, "By", MeterKind.UpDownCounter) { Tags = Generation("loh"), IsOfLastCollection = true },
        new("poh-size", HeapSize, "By", MeterKind.UpDownCounter) { Tags = Generation("poh"), IsOfLastCollection = true },
        new("total-pause-time-by-gc", "dotnet.gc.pause.time", "s", MeterKind.Counter) { IsIncrement = true, Scale = RuntimeScale.Milli },
        new("il-bytes-jitted", "dotnet.jit.compiled_il.size", "By", MeterKind.Counter),
        new("methods-jitted-count", "dotnet.jit.compiled_methods", "{method}", MeterKind.Counter),
        new("time-in-jit", "dotnet.jit.compilation.time", "s", MeterKind.Counter) { IsIncrement = true, Scale = RuntimeScale.Milli },
        new("monitor-lock-contention-count", "dotnet.monitor.lock_contentions", "{contention}", MeterKind.Counter) { IsIncrement = true },
        new("threadpool-thread-count", "dotnet.thread_pool.thread.count", "{thread}", MeterKind.UpDownCounter),
        new("threadpool-queue-length", "dotnet.thread_pool.queue.length", "{work_item}", MeterKind.UpDownCounter),
        new("threadpool-completed-items-count", "dotnet.thread_pool.work_item.count", "{work_item}", MeterKind.Counter) { IsIncrement = true },
        new("active-timer-count", "dotnet.timer.count", "{timer}", MeterKind.UpDownCounter),
        new("assembly-count", "dotnet.assembly.count", "{assembly}", MeterKind.UpDownCounter),
        new("working-set", "dotnet.process.memory.working_set", "By", MeterKind.UpDownCounter) { Scale = RuntimeScale.Mega },
    ];

    public string Name => name;

    public string Instrument => instrument;

    public string Unit => unit;

    public MeterKind Kind => kind;

    /// <summary>Of the series; empty for most.</summary>
    public string Tags { get; init; } = "";

    /// <summary>Told as what has been added in an interval, else as it is.</summary>
    public bool IsIncrement { get; init; }

    /// <summary>What one of it is in <see cref="Unit"/>.</summary>
    public RuntimeScale Scale { get; init; }

    /// <summary>The counter that counts all of these too.</summary>
    public string? Within { get; init; }

    /// <summary>Another is within this one.</summary>
    public bool HasInner { get; init; }

    /// <summary>Means nothing before there was one.</summary>
    public bool IsOfLastCollection { get; init; }

    /// <summary>To the unit of the instrument. Megabytes are whole bytes divided by 1,000,000, which are whole again here.</summary>
    public double Convert(double told) => Scale switch
    {
        RuntimeScale.Mega => Math.Round(told * 1e6),
        RuntimeScale.Milli => told / 1e3,
        _ => told,
    };

    private static string Generation(string name) => "gc.heap.generation=" + name;
}

/// <summary>What the unit of an event counter is to that of the instrument.</summary>
internal enum RuntimeScale : byte
{
    One,

    /// <summary>MB, of 1,000,000 bytes.</summary>
    Mega,

    /// <summary>ms</summary>
    Milli,
}
