using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>The running account of one group. Counters are sums of increments, so they outlive the members that made them.</summary>
internal sealed class GroupState
{
    private readonly MetricSet _set;
    private readonly double[] _values;

    /// <summary>Members in this tick whose value of the slot could not be read.</summary>
    private readonly int[] _unreadable;

    /// <param name="set">What is accounted.</param>
    /// <param name="label">The label that holds the group's name.</param>
    public GroupState(GroupKey key, MetricSet set, string label)
    {
        _set = set;
        _values = new double[set.GroupSlots];
        _unreadable = new int[set.GroupSlots];
        Key = key;
        Labels = LabelBlock.Encode([(label, key.Name), .. key.Labels.Select(pair => (pair.Key, (string?)pair.Value))]);
        BeginTick();
    }

    public GroupKey Key { get; }

    /// <summary>The group's labels, encoded.</summary>
    public byte[] Labels { get; }

    /// <summary>Named by the configuration: stays, at 0, without processes.</summary>
    public bool Declared { get; set; }

    /// <summary>No longer in the table: whoever still points at it must ask again.</summary>
    public bool HasLeft { get; set; }

    /// <summary>Members in this tick, unreadable ones included.</summary>
    public int Members { get; private set; }

    /// <summary>A member ended in this tick.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Ticks since it last had a member.</summary>
    public int EmptyTicks { get; private set; }

    /// <summary>When it last had a member: <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long LastSeen { get; set; }

    /// <summary>Clears what belongs to one tick: gauges, not counters.</summary>
    public void BeginTick()
    {
        EmptyTicks = Members > 0 ? 0 : EmptyTicks + 1;
        Members = 0;
        HasEnded = false;
        Array.Clear(_unreadable);
        foreach (Metric metric in _set.Metrics)
        {
            if (metric.GroupSlot < 0 || metric.Kind == MetricKind.Counter) continue;
            // The least and the greatest of no values is none.
            _values.AsSpan(metric.GroupSlot, metric.Series.Length).Fill(metric.Aggregation == Aggregation.Sum ? 0 : double.NaN);
        }
    }

    /// <summary>Adds CPU time of members that have ended, clock ticks.</summary>
    public void AddCpu(double user, double system)
    {
        _values[_set.CpuTime.GroupSlot] += user;
        _values[_set.CpuTime.GroupSlot + 1] += system;
    }

    public void Count(Metric metric, int series) => _values[metric.GroupSlot + series]++;

    /// <summary>Adds a member's gauges, and the growth of its counters since <paramref name="counters"/>, which is brought up to date.</summary>
    /// <param name="counters">Highest values seen so far; NaN where there is none to compare with: then nothing is credited.</param>
    public void Add(in ProcessRow row, double[] counters)
    {
        Members++;
        foreach (ref readonly GroupSource source in _set.Sources.AsSpan())
        {
            if (source.Read(row) is not { } value) _unreadable[source.Slot]++;
            else if (double.IsNaN(value)) continue;
            else if (source.CounterSlot >= 0) AddIncrement(ref _values[source.Slot], ref counters[source.CounterSlot], value);
            else _values[source.Slot] = Combine(source.Aggregation, _values[source.Slot], value);
        }
    }

    /// <summary>The last account of a member that has ended: its counters rise once more. What could not be read of it adds nothing; the group
    /// keeps its values, since nothing is to be known any more.</summary>
    public void AddEnded(in ProcessRow row, double[] counters)
    {
        HasEnded = true;
        foreach (ref readonly GroupSource source in _set.Sources.AsSpan())
        {
            if (source.CounterSlot >= 0 && source.Read(row) is { } value && !double.IsNaN(value) && !double.IsNaN(counters[source.CounterSlot]))
                AddIncrement(ref _values[source.Slot], ref counters[source.CounterSlot], value);
        }
    }

    /// <summary>A member that is alive but could not be read in this tick: there is no sum without it.</summary>
    public void AddUnreadable()
    {
        Members++;
        foreach (Metric metric in _set.Metrics)
        {
            // What is counted where it is seen has nothing to do with who can be read; what is a gauge of members has.
            if (metric.GroupSlot < 0 || (metric.Series[0].Read is null && metric.Kind == MetricKind.Counter)) continue;
            for (int i = 0; i < metric.Series.Length; i++) _unreadable[metric.GroupSlot + i]++;
        }
    }

    /// <summary>Copies what is to be published; NaN is absent.</summary>
    /// <param name="unknown">Whether nothing is known of the slot for any process.</param>
    public void CopyTo(Span<double> values, ReadOnlySpan<bool> unknown)
    {
        for (int i = 0; i < values.Length; i++) values[i] = _unreadable[i] > 0 || unknown[i] ? double.NaN : _values[i];
    }

    /// <summary>Credits what was added since the highest value so far.</summary>
    private static void AddIncrement(ref double total, ref double highest, double value)
    {
        if (double.IsNaN(highest)) highest = value;
        if (value <= highest) return;
        total += value - highest;
        highest = value;
    }

    private static double Combine(Aggregation aggregation, double sofar, double value) => aggregation switch
    {
        Aggregation.Max => double.IsNaN(sofar) ? value : Math.Max(sofar, value),
        Aggregation.Min => double.IsNaN(sofar) ? value : Math.Min(sofar, value),
        _ => sofar + value,
    };
}
