using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Grouping;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>All groups: declared ones for ever, others until some time after their last process, or until another needs their place: so names
/// that anybody may make up, by programs that end at once, keep out nobody who lives. What does not fit is folded into <see cref="Other"/>, and
/// counted.</summary>
/// <param name="set">What is accounted.</param>
/// <param name="label">The label that holds a group's name.</param>
internal sealed class GroupTable(MetricSet set, string label)
{
    public static readonly GroupKey Other = new(Grouper.Overflow);

    private readonly Dictionary<GroupKey, GroupState> _groups = [];
    private readonly List<GroupKey> _leaving = [];

    /// <summary>Groups that may give their place to another, the one that has been empty longest last. Of this tick: in the course of it some may
    /// have gained a process, and none has lost its last.</summary>
    private readonly List<GroupState> _empty = [];

    private bool _emptyAreKnown;
    private int _max = int.MaxValue;
    private TimeSpan _linger;

    /// <summary>Times that a process was put into <see cref="Other"/> because the table was full.</summary>
    public long Folded { get; private set; }

    /// <summary>Groups that had to leave before their time, as another needed the place.</summary>
    public long Evicted { get; private set; }

    public Dictionary<GroupKey, GroupState>.ValueCollection All => _groups.Values;

    public int Count => _groups.Count;

    public void Configure(IReadOnlyList<GroupKey> declared, int max, TimeSpan linger)
    {
        _max = max;
        _linger = linger;
        foreach (GroupState group in _groups.Values) group.Declared = false;
        foreach (GroupKey key in declared) Add(key).Declared = true;
    }

    /// <summary>The group of that key, new if need be and if there is room, or a group without processes to take the place of.</summary>
    public GroupState Get(GroupKey key)
    {
        if (_groups.TryGetValue(key, out GroupState? group)) return group;
        if (_groups.Count < _max || TryEvict()) return Add(key);
        Folded++;
        return Add(Other);
    }

    public void BeginTick()
    {
        _emptyAreKnown = false;
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
        foreach (GroupKey key in _leaving) Remove(key);
        _leaving.Clear();
    }

    /// <summary>Removes the group that has been empty longest, if there is one.</summary>
    private bool TryEvict()
    {
        if (!_emptyAreKnown) FindEmpty();
        while (_empty.Count > 0)
        {
            GroupState group = _empty[^1];
            _empty.RemoveAt(_empty.Count - 1);
            if (!MayGo(group)) continue;
            Remove(group.Key);
            Evicted++;
            return true;
        }
        return false;
    }

    private void FindEmpty()
    {
        _emptyAreKnown = true;
        _empty.Clear();
        foreach (GroupState group in _groups.Values)
            if (MayGo(group)) _empty.Add(group);
        _empty.Sort(static (a, b) => b.LastSeen.CompareTo(a.LastSeen));
    }

    /// <summary>Without members in this tick so far and in the one before, so that nobody who is yet to be accounted is known to be of it, and its
    /// last exits were in a snapshot.</summary>
    private static bool MayGo(GroupState group) =>
        group is { Declared: false, HasLeft: false, Members: 0, HasEnded: false, EmptyTicks: > 0 } && !group.Key.Equals(Other);

    private void Remove(GroupKey key)
    {
        _groups.Remove(key, out GroupState? left);
        left!.HasLeft = true;
    }

    private GroupState Add(GroupKey key)
    {
        if (!_groups.TryGetValue(key, out GroupState? group)) _groups.Add(key, group = new GroupState(key, set, label));
        return group;
    }
}
