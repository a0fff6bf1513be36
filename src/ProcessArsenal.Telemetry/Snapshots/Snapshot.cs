using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Collectors;

namespace ProcessArsenal.Telemetry.Snapshots;

/// <summary>Everything known at one tick. Immutable once published, and valid until the lease on it is given back: its arrays are used
/// again, so that a tick allocates nothing.</summary>
public sealed class Snapshot
{
    private ProcessRow[] _processes = [];
    private GroupRow[] _groups = [];
    private double[] _groupValues = [];
    private readonly int[] _states = new int[ProcessStates.Names.Length];

    /// <summary>Leases on it, the store's own included. Guarded by the store.</summary>
    internal int Leases { get; set; }

    /// <summary>Ticks since start, this one included.</summary>
    public long Tick { get; internal set; }

    /// <summary>When the tick began.</summary>
    public DateTimeOffset Time { get; internal set; }

    /// <summary>When the tick began: <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long Timestamp { get; internal set; }

    /// <summary>How long the tick took.</summary>
    public TimeSpan Duration { get; internal set; }

    public int ProcessCount { get; internal set; }

    public int GroupCount { get; internal set; }

    /// <summary>Processes in ascending order of pid.</summary>
    public ReadOnlySpan<ProcessRow> Processes => _processes.AsSpan(0, ProcessCount);

    /// <summary>Where the process of a pid is among them; negative if there is none.</summary>
    public int IndexOf(int pid)
    {
        int low = 0, high = ProcessCount - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int found = _processes[middle].Sample.Identity.Pid;
            if (found == pid) return middle;
            if (found < pid) low = middle + 1;
            else high = middle - 1;
        }
        return -1;
    }

    public ReadOnlySpan<GroupRow> Groups => _groups.AsSpan(0, GroupCount);

    /// <summary>Processes by state, in the order of <see cref="ProcessStates.Names"/>, the excluded ones included.</summary>
    public ReadOnlySpan<int> States => _states;

    /// <summary>Processes that ended lately, the latest first; at most <see cref="RecentExit.Most"/>.</summary>
    public IReadOnlyList<RecentExit> RecentExits { get; internal set; } = [];

    public SamplingHealth Health { get; internal set; }

    /// <summary>What the collectors cost in this tick.</summary>
    public CollectorTally Collectors { get; } = new();

    /// <summary>process-exporter's families, where they are wanted.</summary>
    internal NamedSnapshot Named { get; } = new();

    /// <summary>Who sent how much to whom; null where that is not watched.</summary>
    internal Flows.FlowCounterRow[]? Flows { get; set; }

    /// <summary>The rules that gave its processes their groups.</summary>
    internal Grouping.Grouper? Grouper { get; set; }

    /// <summary>What .NET processes told of themselves.</summary>
    internal DotnetSnapshot Dotnet { get; } = new();

    /// <summary>One value of one group; NaN is absent.</summary>
    public double GroupValue(int group, int slot) => _groupValues[group * CollectorCatalogue.GroupSlots + slot];

    /// <summary>Makes room and empties it.</summary>
    internal void Reset(int processes)
    {
        // What was there keeps nothing alive: rows hold references. Those that are filled again need not be cleared.
        if (ProcessCount > processes) _processes.AsSpan(processes, ProcessCount - processes).Clear();
        _groups.AsSpan(0, GroupCount).Clear();
        Array.Clear(_states);
        ProcessCount = 0;
        GroupCount = 0;
        if (_processes.Length < processes) _processes = new ProcessRow[processes + processes / 4 + 64];
    }

    /// <summary>Makes room for groups.</summary>
    internal void ReserveGroups(int groups)
    {
        if (_groups.Length >= groups) return;
        _groups = new GroupRow[groups + groups / 4 + 16];
        _groupValues = new double[_groups.Length * CollectorCatalogue.GroupSlots];
    }

    /// <summary>The next row, to be filled in place: every field, since it holds what an earlier snapshot left in it.</summary>
    internal ref ProcessRow AddProcess() => ref _processes[ProcessCount++];

    internal Span<ProcessRow> MutableProcesses => _processes.AsSpan(0, ProcessCount);

    internal Span<double> AddGroup(in GroupRow row)
    {
        int index = GroupCount++;
        _groups[index] = row;
        return _groupValues.AsSpan(index * CollectorCatalogue.GroupSlots, CollectorCatalogue.GroupSlots);
    }

    internal void CountState(int state)
    {
        if (state >= 0) _states[state]++;
    }
}

/// <summary>One group in a snapshot; its values are <see cref="Snapshot.GroupValue"/>.</summary>
/// <param name="Key">Name and own labels.</param>
/// <param name="Labels">The same, encoded for a page.</param>
/// <param name="Members">Processes in it.</param>
public readonly record struct GroupRow(Grouping.GroupKey Key, byte[] Labels, int Members);
