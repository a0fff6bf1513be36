using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Grouping;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>All groups: declared ones for ever, others until some time after their last process. What does not fit is folded into
/// <see cref="Other"/>, and counted.</summary>
/// <param name="set">What is accounted.</param>
/// <param name="label">The label that holds a group's name.</param>
internal sealed class GroupTable(MetricSet set, string label)
{
    public static readonly GroupKey Other = new(Grouper.Overflow);

    private readonly Dictionary<GroupKey, GroupState> _groups = [];
    private readonly List<GroupKey> _leaving = [];
    private int _max = int.MaxValue;
    private TimeSpan _linger;

    /// <summary>Times that a process was put into <see cref="Other"/> because the table was full.</summary>
    public long Folded { get; private set; }

    public Dictionary<GroupKey, GroupState>.ValueCollection All => _groups.Values;

    public int Count => _groups.Count;

    public void Configure(IReadOnlyList<GroupKey> declared, int max, TimeSpan linger)
    {
        _max = max;
        _linger = linger;
        foreach (GroupState group in _groups.Values) group.Declared = false;
        foreach (GroupKey key in declared) Add(key).Declared = true;
    }

    /// <summary>The group of that key, new if need be and if there is room.</summary>
    public GroupState Get(GroupKey key)
    {
        if (_groups.TryGetValue(key, out GroupState? group)) return group;
        if (_groups.Count < _max) return Add(key);
        Folded++;
        return Add(Other);
    }

    public void BeginTick()
    {
        foreach (GroupState group in _groups.Values) group.BeginTick();
    }

    /// <summary>Lets go of the groups that have had no member for long enough, and at least in the snapshot before: the last exits are seen.</summary>
    public void EndTick(long now, TimeProvider time)
    {
        foreach (GroupState group in _groups.Values)
        {
            if (group.Members > 0 || group.HasEnded || group.Declared) group.LastSeen = now;
            else if (group.EmptyTicks > 0 && time.GetElapsedTime(group.LastSeen, now) >= _linger) _leaving.Add(group.Key);
        }
        foreach (GroupKey key in _leaving)
        {
            _groups.Remove(key, out GroupState? left);
            left!.HasLeft = true;
        }
        _leaving.Clear();
    }

    private GroupState Add(GroupKey key)
    {
        if (!_groups.TryGetValue(key, out GroupState? group)) _groups.Add(key, group = new GroupState(key, set, label));
        return group;
    }
}
