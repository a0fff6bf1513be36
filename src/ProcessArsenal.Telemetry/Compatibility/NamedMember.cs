using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Compatibility;

/// <summary>What is remembered about a process for process-exporter's families.</summary>
internal sealed class NamedMember
{
    private double[]? _counters;

    /// <param name="isNew">It started since the tick before, so all it used is to be counted.</param>
    public NamedMember(bool isNew) => IsNew = isNew;

    public bool IsNew { get; }

    /// <summary>What the group was found out by; null if that is still to be done.</summary>
    public ProcessDescription? Description { get; set; }

    /// <summary>The rules that it was found out by.</summary>
    public NamedGroupOptions? Options { get; set; }

    /// <summary>The group; null if it belongs to none.</summary>
    public GroupKey? Key { get; set; }

    /// <summary>The group is that of an ancestor.</summary>
    public bool Inherited { get; set; }

    /// <summary>Where it is counted.</summary>
    public GroupState? Group { get; set; }

    /// <summary>Highest counter values that were credited to a group; NaN where there is none to compare with.</summary>
    public double[] Counters
    {
        get
        {
            if (_counters is null) Array.Fill(_counters = new double[NamedGroupMetrics.Set.CounterSlots], IsNew ? 0 : double.NaN);
            return _counters;
        }
    }

    /// <summary>Its threads, as last read.</summary>
    public MemberThreads Threads { get; } = new();
}
