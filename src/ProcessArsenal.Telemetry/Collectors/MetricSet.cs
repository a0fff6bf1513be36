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
        Sources = [.. metrics.Where(static metric => metric.GroupSlot >= 0).SelectMany(static metric => metric.Series.Select((series, i) => (Metric: metric, series.Read, Place: i)))
            .Where(static source => source.Read is not null)
            .Select(static source => new GroupSource(source.Read!, source.Metric.GroupSlot + source.Place, source.Metric.Kind == MetricKind.Counter ? source.Metric.CounterSlot + source.Place : -1, source.Metric.Aggregation))];
    }

    public Metric[] Metrics { get; }

    public Metric CpuTime { get; }

    /// <summary>What a group takes of each member, in one row: it is gone through for every process at every tick.</summary>
    public GroupSource[] Sources { get; }

    /// <summary>Values kept per group.</summary>
    public int GroupSlots { get; }

    /// <summary>Counters kept per process.</summary>
    public int CounterSlots { get; }
}

/// <summary>One value that a group takes of its members.</summary>
/// <param name="Slot">Among the values of the group.</param>
/// <param name="CounterSlot">Among the counters of a process; negative if it is a gauge.</param>
internal readonly record struct GroupSource(RowReader Read, int Slot, int CounterSlot, Aggregation Aggregation);
