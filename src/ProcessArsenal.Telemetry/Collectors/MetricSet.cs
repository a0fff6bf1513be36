namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>Metrics that are accounted together: gives each its places among the values of a group and the counters of a process.</summary>
internal sealed class MetricSet
{
    /// <param name="cpuTime">Which of them is CPU time in clock ticks: user, system.</param>
    public MetricSet(Metric[] metrics, Metric cpuTime)
    {
        (Metrics, CpuTime) = (metrics, cpuTime);
        foreach (Metric metric in metrics)
        {
            if (metric.GroupName is null) continue;
            metric.GroupSlot = GroupSlots;
            GroupSlots += metric.Series.Length;
            if (metric.Kind != MetricKind.Counter || metric.Series[0].Read is null) continue;
            metric.CounterSlot = CounterSlots;
            CounterSlots += metric.Series.Length;
        }
    }

    public Metric[] Metrics { get; }

    public Metric CpuTime { get; }

    /// <summary>Values kept per group.</summary>
    public int GroupSlots { get; }

    /// <summary>Counters kept per process.</summary>
    public int CounterSlots { get; }
}
