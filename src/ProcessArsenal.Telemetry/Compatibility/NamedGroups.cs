using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Events;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Compatibility;

/// <summary>The accounts of process-exporter's families, from the samples of the tick. They are apart from those of our own groups, since what
/// belongs to a group differs: there, a process that no rule takes is counted with its ancestors, or not at all. Costs nothing while it is off.</summary>
internal sealed class NamedGroups(ProcFs proc, TimeProvider time, SignalBoard signals)
{
    /// <summary>The threads of a process that seems not to have run are read again after so many ticks: what ran for less than a clock tick may
    /// wait for something else now.</summary>
    private const int LookAgainTicks = 6;

    private readonly ThreadReader _reader = new();
    private readonly EndedNames _endedNames = new();
    private readonly List<(ProcessLife Life, ProcessExit Exit, bool IsExcluded)> _ended = [];
    private readonly double[] _endedCounters = new double[NamedGroupMetrics.Set.CounterSlots];
    private readonly bool[] _unknown = new bool[NamedGroupMetrics.Set.GroupSlots];
    private readonly byte[] _stat = new byte[4096];
    private readonly ConditionalWeakTable<GroupState, GroupThreads> _threads = [];
    private ChildLedger? _children;
    private GroupTable _groups = new(NamedGroupMetrics.Set, "groupname");
    private SamplingOptions? _options;
    private ulong? _lastTick;
    private long _threadsFolded;
    private long _partialErrors;
    private long _readErrors;

    /// <summary>Takes effect at once, so between two ticks.</summary>
    /// <param name="children">Of our own groups; that of these is told the same.</param>
    public void Configure(SamplingOptions options, IEnumerable<TrackedProcess> known, ChildLedger children)
    {
        if (options.Compatibility is null)
        {
            _children = null;
            children.EndOther();
            _options = null;
            _lastTick = null;
            _groups = new GroupTable(NamedGroupMetrics.Set, "groupname");
            foreach (TrackedProcess process in known) process.Named = null;
            return;
        }
        if (_options?.Compatibility is { } before && before.HasRulesOf(options.Compatibility)) options = options with { Compatibility = before };
        _options = options;
        _children ??= children.BeginOther();
        _groups.Configure(options.Compatibility.Declared, options.MaxGroups, options.GroupLinger);
    }

    public void BeginTick()
    {
        if (_options is null) return;
        _endedNames.Clear();
        _ended.Clear();
        _groups.BeginTick();
        foreach (GroupState group in _groups.All) ThreadsOf(group).BeginTick();
    }

    /// <summary>A process that was sampled while it lived has ended: what it used since goes to its group.</summary>
    public void Close(TrackedProcess process, in ProcessExit exit)
    {
        if (_options is null) return;
        _children!.Debit(process, exit, process.Named?.Group);
        if (process.Named is not { Group: { } group } member) return;
        _endedNames.Add(process.Identity.Pid, member.Key!);
        if (exit.Usage is not { } usage) return;
        var row = new ProcessRow { Sample = FinalSample.Of(process.Sample, usage), Description = process.Description };
        group.AddEnded(row, member.Counters);
    }

    /// <summary>A process that came and went between two samples.</summary>
    /// <param name="isExcluded">An exclusion rule takes it out.</param>
    public void Open(ProcessLife life, in ProcessExit exit, bool isExcluded)
    {
        if (_options is null) return;
        _ended.Add((life, exit, isExcluded)); // Its group may be that of a process whose own is not known before all rows are.
        if (!isExcluded) _endedNames.Add(life);
    }

    /// <summary>Accounts the rows of a snapshot; row i is of process i.</summary>
    /// <param name="reading">As for <see cref="ChildLedger.EndTick"/>.</param>
    public void Tick(Snapshot snapshot, ProcessTracker tracker, long tick, long began, (ulong Began, ulong Ended) reading)
    {
        if (_options is not { Compatibility: { } compatibility })
        {
            snapshot.Named.Clear();
            return;
        }
        ReadOnlySpan<ProcessRow> rows = snapshot.Processes;
        ReadOnlySpan<TrackedProcess> processes = CollectionsMarshal.AsSpan(tracker.Alive);
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].Group is null) processes[i].Named = null; // Excluded: what it uses is nobody's.
            else processes[i].Named ??= new NamedMember(rows[i].Sample.Stat.StartTicks >= _lastTick);
        }
        for (int i = 0; i < rows.Length; i++) Account(rows[i], processes[i], tracker.Alive, compatibility, tick);
        foreach ((ProcessLife life, ProcessExit exit, bool isExcluded) in _ended)
        {
            GroupKey? key = isExcluded ? null : _endedNames.Resolve(life, tracker.Alive, compatibility);
            AccountEnded(exit, key is null ? null : _groups.Get(key));
        }
        _children!.EndTick(reading.Began, reading.Ended);
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
        if (process.HasMoved || !member.Threads.WereRead || (tick + process.Identity.Pid) % LookAgainTicks == 0) ReadThreads(row.Sample, process, member, threads);
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

    private void AccountEnded(in ProcessExit exit, GroupState? group)
    {
        _children!.Debit(exit, group);
        if (exit.Usage is not { } usage || group is null) return;
        Array.Clear(_endedCounters);
        group.AddEnded(new ProcessRow { Sample = FinalSample.Of(usage), Description = exit.Description! }, _endedCounters);
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
        foreach (Metric metric in NamedGroupMetrics.All)
        {
            for (int i = 0; i < metric.Series.Length; i++)
                if (metric.Series[i].Signal is { } signal) _unknown[metric.GroupSlot + i] = !signals.IsAvailable(signal);
        }
        snapshot.Begin(_groups.Count);
        foreach (GroupState group in _groups.All)
        {
            group.CopyTo(snapshot.AddGroup(new GroupRow(group.Key, group.Labels, group.Members)), _unknown);
            GroupThreads threads = ThreadsOf(group);
            foreach (ThreadName name in threads.Names) snapshot.Add(name);
            foreach (WaitChannel channel in threads.Channels)
                if (channel.Count > 0) snapshot.Add(channel);
        }
        snapshot.GroupsFolded = _groups.Folded;
        snapshot.GroupsEvicted = _groups.Evicted;
        snapshot.ThreadsFolded = _threadsFolded;
        snapshot.PartialErrors = _partialErrors;
        snapshot.ReadErrors = _readErrors;
    }
}
