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
    ];

    public static readonly Metric[] Metrics = [.. All.SelectMany(collector => collector.Metrics)];

    /// <summary>Values kept per group.</summary>
    public static readonly int GroupSlots = AssignGroupSlots();

    /// <summary>Counters kept per process.</summary>
    public static readonly int CounterSlots = AssignCounterSlots();

    private static int AssignGroupSlots()
    {
        int next = 0;
        foreach (Metric metric in Metrics)
        {
            if (metric.GroupName is null) continue;
            metric.GroupSlot = next;
            next += metric.Series.Length;
        }
        return next;
    }

    private static int AssignCounterSlots()
    {
        int next = 0;
        foreach (Metric metric in Metrics)
        {
            if (metric.Kind != MetricKind.Counter || metric.GroupName is null || metric.Series[0].Read is null) continue;
            metric.CounterSlot = next;
            next += metric.Series.Length;
        }
        return next;
    }
}
