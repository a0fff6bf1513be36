using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Compatibility;

/// <summary>The accounts of process-exporter's families, from the samples of the tick. They are apart from those of our own groups, since what
/// belongs to a group differs: there, a process that no rule takes is counted with its ancestors, or not at all. Costs nothing while it is off.</summary>
/// <remarks>What an ended process used after its last sample can be credited to <see cref="TrackedProcess.Named"/>: its group and its counters are
/// the two that <see cref="GroupState.Add"/> takes.</remarks>
internal sealed class NamedGroups(ProcFs proc, TimeProvider time)
{
    /// <summary>The threads of a process that seems not to have run are read again after so many ticks: what ran for less than a clock tick may
    /// wait for something else now.</summary>
    private const int LookAgainTicks = 6;

    private readonly ThreadReader _reader = new();
    private readonly byte[] _stat = new byte[4096];
    private readonly ConditionalWeakTable<GroupState, GroupThreads> _threads = [];
    private GroupTable _groups = new(NamedGroupMetrics.Set, "groupname");
    private SamplingOptions? _options;
    private ulong? _lastTick;
    private long _threadsFolded;
    private long _partialErrors;
    private long _readErrors;

    /// <summary>Takes effect at once, so between two ticks.</summary>
    public void Configure(SamplingOptions options, IEnumerable<TrackedProcess> known)
    {
        if (options.Compatibility is null)
        {
            _options = null;
            _lastTick = null;
            _groups = new GroupTable(NamedGroupMetrics.Set, "groupname");
            foreach (TrackedProcess process in known) process.Named = null;
            return;
        }
        _options = options;
        _groups.Configure(options.Compatibility.Declared, options.MaxGroups, options.GroupLinger);
    }

    /// <summary>Accounts the rows of a snapshot; row i is of process i.</summary>
    public void Tick(Snapshot snapshot, ProcessTracker tracker, long tick, long began)
    {
        if (_options is not { Compatibility: { } compatibility })
        {
            snapshot.Named.Clear();
            return;
        }
        _groups.BeginTick();
        foreach (GroupState group in _groups.All) ThreadsOf(group).BeginTick();

        ReadOnlySpan<ProcessRow> rows = snapshot.Processes;
        ReadOnlySpan<TrackedProcess> processes = CollectionsMarshal.AsSpan(tracker.Alive);
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].Group is null) processes[i].Named = null; // Excluded: what it uses is nobody's.
            else processes[i].Named ??= new NamedMember(rows[i].Sample.Stat.StartTicks >= _lastTick);
        }
        for (int i = 0; i < rows.Length; i++) Account(rows[i], processes[i], tracker.Alive, compatibility, tick);
        foreach (TrackedProcess process in tracker.UnreadableMembers)
            if (process.Named?.Group is { HasLeft: false } group) group.AddUnreadable();

        _groups.EndTick(began, time);
        foreach (GroupState group in _groups.All)
        {
            GroupThreads threads = ThreadsOf(group);
            threads.EndTick(began, time, _options.GroupLinger);
            _threadsFolded += threads.Folded;
        }
        _lastTick = tracker.Clock.UptimeTicks;
        _readErrors += tracker.Unreadable;
        Publish(snapshot.Named);
    }

    private void Account(in ProcessRow row, TrackedProcess process, List<TrackedProcess> alive, NamedGroupOptions compatibility, long tick)
    {
        if (process.Named is not { } member) return;
        if (NamedGroupResolver.Resolve(process, alive, compatibility) is not { } key)
        {
            if (member.Group is not null) process.Named = new NamedMember(isNew: false) { Description = member.Description, Options = member.Options };
            return;
        }
        // One in the overflow asks at each tick: a place may have become free.
        GroupState group = member.Group is { HasLeft: false } current && current.Key == key ? current : _groups.Get(key);
        member.Group = group;
        GroupThreads threads = ThreadsOf(group);
        member.Threads.JoinGroup(threads);
        if (member.Threads.HasMoved(row.Sample) || (tick + process.Identity.Pid) % LookAgainTicks == 0) ReadThreads(row.Sample, process, member, threads);
        member.Threads.CountIn(group, row.Sample.Stat.State);
        _threadsFolded += member.Threads.Unread;
        if (row.Sample.Io is null || row.Sample.Descriptors is null || row.Sample.Status is null) _partialErrors++;

        if (row.Sample.Accounting is not null) group.Add(row, member.Counters);
        else
        {
            ProcessRow told = row;
            told.Sample.Accounting = member.Threads.Switches;
            group.Add(told, member.Counters);
        }
    }

    private void ReadThreads(in ProcessSample sample, TrackedProcess process, NamedMember member, GroupThreads threads)
    {
        bool credit = member.IsNew || member.Threads.WereRead;
        if (process.Directory is { } kept)
        {
            _reader.Read(sample, kept, member.Threads, threads, credit);
            return;
        }
        if (proc.OpenProcess(process.Identity.Pid, out ProcessDirectory? opened) != ReadOutcome.Ok || opened is null) return;
        using (opened)
        {
            // Somebody else with its number is of no interest here.
            if (opened.ReadStat(_stat, out ProcStat stat, out _) == ReadOutcome.Ok && stat.StartTicks == sample.Stat.StartTicks)
                _reader.Read(sample, opened, member.Threads, threads, credit);
        }
    }

    private GroupThreads ThreadsOf(GroupState group)
    {
        if (_threads.TryGetValue(group, out GroupThreads? threads)) return threads;
        _threads.Add(group, threads = new GroupThreads(group.Key));
        return threads;
    }

    private void Publish(NamedSnapshot snapshot)
    {
        snapshot.Begin(_groups.Count);
        foreach (GroupState group in _groups.All)
        {
            group.CopyTo(snapshot.AddGroup(new GroupRow(group.Key, group.Labels, group.Members)));
            GroupThreads threads = ThreadsOf(group);
            foreach (ThreadName name in threads.Names) snapshot.Add(name);
            foreach (WaitChannel channel in threads.Channels)
                if (channel.Count > 0) snapshot.Add(channel);
        }
        snapshot.GroupsFolded = _groups.Folded;
        snapshot.ThreadsFolded = _threadsFolded;
        snapshot.PartialErrors = _partialErrors;
        snapshot.ReadErrors = _readErrors;
    }
}
