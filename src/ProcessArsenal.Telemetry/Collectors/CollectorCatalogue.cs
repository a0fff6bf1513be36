namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>Every collector, and with it every metric. A new one is a line here.</summary>
public static class CollectorCatalogue
{
    public static readonly Collector[] All =
    [
        new LifecycleCollector(),
        new CpuCollector(),
        new MemoryCollector(),
        new MemoryDetailCollector(),
        new ProportionalMemoryCollector(),
        new DiskIoCollector(),
        new PagingCollector(),
        new WaitCollector(),
        new ContextSwitchCollector(),
        new DescriptorsCollector(),
        new StandingCollector(),
    ];

    public static readonly Metric[] Metrics = [.. All.SelectMany(collector => collector.Metrics)];

    /// <summary>Their places among the values of a group and the counters of a process.</summary>
    internal static readonly MetricSet Set = new(Metrics, CpuCollector.Time);

    /// <summary>Values kept per group.</summary>
    public static readonly int GroupSlots = Set.GroupSlots;

    /// <summary>Counters kept per process.</summary>
    public static readonly int CounterSlots = Set.CounterSlots;
}
