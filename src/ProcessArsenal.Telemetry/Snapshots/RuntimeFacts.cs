namespace ProcessArsenal.Telemetry.Snapshots;

/// <summary>What a .NET process tells of itself, as numbers for conditions. Null is not told (yet), never 0. Immutable.</summary>
public sealed record RuntimeFacts
{
    /// <summary>It is a .NET process, and has told nothing.</summary>
    public static readonly RuntimeFacts Silent = new();

    /// <summary>Work items that wait for a thread of the pool.</summary>
    public double? ThreadPoolQueue { get; init; }

    public double? ThreadPoolThreads { get; init; }

    /// <summary>Bytes of the heap after the latest collection, all generations.</summary>
    public double? GcHeap { get; init; }

    /// <summary>Share of the time since the last tick in which a collection had all managed threads wait: 0 to 1.</summary>
    public double? GcPauseRatio { get; init; }

    /// <summary>Exceptions thrown per second.</summary>
    public double? Exceptions { get; init; }

    /// <summary>HTTP requests answered per second.</summary>
    public double? Requests { get; init; }
}
