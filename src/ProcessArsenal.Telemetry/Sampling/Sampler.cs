using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Analysis.Standings;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Compatibility;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Events;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Flows;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>One tick: read every process, account it to its group, and publish a snapshot. Ticks are run by one thread at a time;
/// <see cref="Configure"/> may be called from any.</summary>
public sealed class Sampler : IDisposable
{
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _began;
    private readonly SnapshotStore _store;
    private readonly ProcessTracker _tracker;
    private readonly GroupTable _groups = new(CollectorCatalogue.Set, "group");
    private readonly ReportSelector _selector = new();
    private readonly SmapsReader _smaps;
    private readonly NamedGroups _named;
    private readonly DotnetTargets? _dotnet;
    private readonly SignalBoard _signals = new();
    private readonly EndedAccounts _ended;
    private SamplingOptions _options = new();
    private SamplingOptions? _pending;
    private long _tick;
    private int _excluded;

    /// <summary>By group slot: nothing is known of it for any process.</summary>
    private readonly bool[] _unknown = new bool[CollectorCatalogue.GroupSlots];

    /// <param name="descriptorLimit">How many descriptors we may have open; null: what RLIMIT_NOFILE says.</param>
    /// <param name="listen">Whether to listen to the kernel's events, so that short-lived processes are counted; not worth it for a tick or two.</param>
    public Sampler(ProcFs proc, SnapshotStore store, SamplingOptions options, TimeProvider time, ulong? descriptorLimit = null, bool listen = true)
        : this(proc, store, options, time, descriptorLimit, listen, eventBuffer: null)
    {
    }

    /// <param name="eventBuffer">Bytes of events that may wait; null: enough.</param>
    internal Sampler(
        ProcFs proc, SnapshotStore store, SamplingOptions options, TimeProvider time, ulong? descriptorLimit, bool listen, int? eventBuffer)
    {
        _time = time;
        _began = time.GetUtcNow();
        _store = store;
        _pending = options;
        History = new History(time, options.HistoryFine, options.HistoryCoarse, options.Interval);
        _named = new NamedGroups(proc, time, _signals);
        foreach (Collector collector in CollectorCatalogue.All)
            if (collector.Needs.Length > 0) _signals.Declare(collector.Name);
        foreach (string name in (string[])[
            ProcessReader.ExecutableSignal, ProcessReader.CommandLineSignal, Endings.Signal, PidListing.Signal,
            ProcessTracker.EventSignal, ProcessTracker.RecordSignal, WaitCollector.DelaySignal, OomKills.Signal])
        {
            _signals.Declare(name);
        }
        _ended = new EndedAccounts(_groups, Lifecycle, time);
        _smaps = new SmapsReader(proc, time, _signals);
        var budget = new DescriptorBudget(descriptorLimit ?? OpenFileLimit.Current());
        _tracker = new ProcessTracker(proc, time, _signals, budget, listen, eventBuffer)
        {
            Ended = (process, exit) =>
            {
                _dotnet?.Leave(process);
                if (process.History is { } history) History.End(history);
                _ended.Close(process, exit, _tracker!.Children);
                _named.Close(process, exit);
            },
        };
        if (!listen) return; // Not worth it for a tick or two.
        _dotnet = new DotnetTargets(proc, time, _signals) { FirstTold = () => EarlyTickWanted?.Invoke() };
        _tracker.Executed = _dotnet.Executed;
    }

    /// <summary>Raised, on any thread, when a process has told its first values: a tick would bring them to the page.</summary>
    public Action? EarlyTickWanted { get; set; }

    /// <summary>Raised once for each signal that turns out to be unavailable, on the thread of the tick.</summary>
    public Action<SignalStatus>? SignalLost
    {
        get => _signals.Lost;
        set => _signals.Lost = value;
    }

    /// <summary>Starts and exits as they come to be known.</summary>
    public LifecycleLog Lifecycle { get; } = new();

    /// <summary>How processes stand against their past and their equals; whoever makes that puts it there.</summary>
    public StandingBoard Standings { get; } = new();

    /// <summary>Who sent how much to whom; whoever watches that puts it there.</summary>
    public FlowCounters Flows { get; } = new();

    /// <summary>What every process was like at earlier ticks. Safe for concurrent use.</summary>
    public History History { get; }

    /// <summary>What .NET processes have told of themselves; null if nobody is listened to.</summary>
    public EventPipe.Runtime.RuntimeAccounts? Runtimes => _dotnet?.Accounts;

    /// <summary>Spans of .NET processes that wait to be published; null if nobody is listened to.</summary>
    internal EventPipe.Activities.SpanSink? Spans => _dotnet?.Spans;

    /// <summary>How often /proc was gone through.</summary>
    internal long Listings => _tracker.Listings;

    /// <summary>The reader of proportional memory.</summary>
    internal SmapsReader Smaps => _smaps;

    /// <summary>Takes effect at the next tick.</summary>
    public void Configure(SamplingOptions options) => Volatile.Write(ref _pending, options);

    public void Tick()
    {
        long began = _time.GetTimestamp();
        DateTimeOffset now = _time.GetUtcNow();
        ApplyPending();
        Lifecycle.BeginTick(now);
        _groups.BeginTick();
        _named.BeginTick();
        _signals.BeginTick(++_tick);
        ulong reads = KernelClock.MonotonicNanoseconds();
        _tracker.Update();
        _smaps.BeginTick(_options.SmapsBudget); // After the update: what was read is given to those that are still alive.
        foreach (TrackedProcess process in _tracker.Alive) _smaps.Apply(process);
        _signals.EndTick();

        History.BeginTick(_tick, began, now);
        Snapshot snapshot = _store.Rent();
        snapshot.Reset(_tracker.Alive.Count);
        snapshot.Grouper = _options.Grouper;
        _excluded = 0;
        foreach (TrackedProcess process in _tracker.Alive) AddRow(snapshot, process);
        foreach (ProcessLife life in _tracker.EndedLives) AddEnded(life);
        (ulong Began, ulong Ended) reading = (reads, KernelClock.MonotonicNanoseconds());
        _tracker.Children.EndTick(reading.Began, reading.Ended);
        _smaps.EndTick();
        foreach (TrackedProcess process in _tracker.UnreadableMembers)
            if (process.Group is { HasLeft: false } group) group.AddUnreadable();
        // Before conditions look at it; who is in no group has a history too.
        for (int i = 0; i < _tracker.Alive.Count; i++) Remember(ref snapshot.MutableProcesses[i], _tracker.Alive[i]);
        _selector.Select(snapshot.MutableProcesses, _tracker.Alive, _options);
        Standings.Apply(snapshot.MutableProcesses);
        snapshot.Flows = Flows.Rows;
        AddDotnet(snapshot);

        _groups.EndTick(began, _time);
        FindUnknown();
        snapshot.ReserveGroups(_groups.Count);
        foreach (GroupState group in _groups.All)
            group.CopyTo(snapshot.AddGroup(new GroupRow(group.Key, group.Labels, group.Members)), _unknown);

        _named.Tick(snapshot, _tracker, _tick, began, reading);

        snapshot.Tick = _tick;
        snapshot.Time = now;
        snapshot.Timestamp = began;
        snapshot.Health = new SamplingHealth
        {
            Began = _began,
            Signals = _signals.List,
            SeesAllProcesses = _tracker.SeesAllProcesses,
            Unreadable = _tracker.Unreadable,
            Excluded = _excluded,
            GroupsFolded = _groups.Folded,
            GroupsEvicted = _groups.Evicted,
            ProcessesNotReported = _selector.NotReported,
            ProcessesCreated = _tracker.Told?.Created,
            EventsLost = _tracker.Told?.EventsLost ?? 0,
            RecordsLost = _tracker.Told?.RecordsLost ?? 0,
            GroupsGuessed = _ended.GroupsGuessed + _tracker.GroupsGuessed,
            UnattributedCpuSeconds = _tracker.Children.UnattributedTicks / SystemConstants.ClockTicksPerSecond,
            ExitsUnaccounted = _ended.ExitsUnaccounted,
        };
        snapshot.RecentExits = _ended.Recent;
        _tracker.Tally.CopyTo(snapshot.Collectors);
        History.EndTick();
        snapshot.Duration = _time.GetElapsedTime(began);
        _store.Publish(snapshot);
        Lifecycle.EndTick(); // After the snapshot: who is woken by it finds there what it is told of.
    }

    public void Dispose()
    {
        foreach (TrackedProcess process in _tracker.Known) _dotnet?.Leave(process);
        _dotnet?.Dispose();
        _tracker.Dispose();
        _smaps.Dispose();
    }

    private void ApplyPending()
    {
        if (Interlocked.Exchange(ref _pending, null) is not { } options) return;
        _options = options;
        History.Configure(options.HistoryFine, options.HistoryCoarse, options.Interval);
        _groups.Configure(options.Grouper.DeclaredGroups, options.MaxGroups, options.GroupLinger);
        _tracker.WantCommandLines(options.Grouper.HasRules || options.Categories.Count > 0 || options.Exclude.Count > 0);
        foreach (TrackedProcess process in _tracker.Known) process.GroupKey = null;
        _named.Configure(options, _tracker.Known, _tracker.Children);
        _dotnet?.Configure(options.Dotnet, _tracker.Known);
    }

    private void AddRow(Snapshot snapshot, TrackedProcess process)
    {
        ref ProcessRow row = ref snapshot.AddProcess();
        row.Sample = process.Sample;
        row.Rates = process.Rates;
        row.Description = process.Description;
        row.Uptime = _tracker.Clock.Age(process.Sample.Stat);
        snapshot.CountState(ProcessStates.IndexOf(process.Sample.Stat.State));
        if (process.GroupKey is null)
        {
            process.GroupKey = _options.Grouper.Assign(process.Description, process.Identity.Pid);
            process.DeclaredCategory = CategoryOf(process);
        }
        row.DeclaredCategory = process.DeclaredCategory;
        row.Group = process.GroupKey.Name;
        row.Runtime = _dotnet?.FactsOf(process);
        row.History = default;
        row.Labels = row.InfoLabels = null; // The selector gives them, and says what is reported.
        row.Reported = ReportReason.None;
        if (IsExcluded(row))
        {
            _excluded++;
            row.Group = null;
            row.GroupKey = null;
            process.Group = null;
            process.IsNew = false;
            Array.Fill(process.Counters, double.NaN); // What it uses while excluded is never credited.
            return;
        }
        GroupState group = Join(process);
        row.Group = group.Key.Name;
        row.GroupKey = group.Key;
        if (process.IsNew) AddStart(process, group);
        process.IsNew = false;
        group.Add(row, process.Counters);
        _smaps.Offer(process);
        _dotnet?.Consider(process, row);
    }

    /// <summary>By the first rule that takes it.</summary>
    private string? CategoryOf(TrackedProcess process)
    {
        for (int i = 0; i < _options.Categories.Count; i++)
            if (_options.Categories[i].Match(process.Description, process.Identity.Pid) is { } category) return category.Name;
        return null;
    }

    private void Remember(ref ProcessRow row, TrackedProcess process)
    {
        process.History = History.Add(process.History, row);
        row.History = new HistoryRef(History, process.History, _tick);
    }

    private void AddDotnet(Snapshot snapshot)
    {
        snapshot.Dotnet.Clear();
        if (_dotnet is null) return;
        _dotnet.BeginTick();
        for (int i = 0; i < _tracker.Alive.Count; i++)
        {
            TrackedProcess process = _tracker.Alive[i];
            if (process.Dotnet is null) continue;
            if (snapshot.Processes[i].Group is not null) _dotnet.AddTo(snapshot.Dotnet, process, i, snapshot.Processes[i]);
            else _dotnet.Leave(process); // Excluded by now.
        }
        _dotnet.EndTick(snapshot.Dotnet);
    }

    private void AddStart(TrackedProcess process, GroupState group)
    {
        group.Count(LifecycleCollector.Starts, 0);
        Lifecycle.Add(new LifecycleEvent(
            0, KernelTime.Of(process.Life?.BornNanoseconds ?? 0, _time), IsEnd: false, process.Identity.Pid, process.Identity, process.Sample.Stat.ParentPid, process.Description.Name, group.Key.Name,
            ExitOutcome.Unknown, null, null, null));
    }

    private GroupState Join(TrackedProcess process)
    {
        if (process.Group is { HasLeft: false } current && current.Key == process.GroupKey) return current;
        // One in the overflow asks at each tick: a place may have become free.
        GroupState group = _groups.Get(process.GroupKey!);
        if (group != process.Group) process.DropLabels();
        if (group.Key.Equals(process.GroupKey)) process.GroupKey = group.Key; // The same object: next time a glance is enough.
        return process.Group = group;
    }

    private bool IsExcluded(in ProcessRow row)
    {
        for (int i = 0; i < _options.Exclude.Count; i++)
            if (_options.Exclude[i].Evaluate(row) != Truth.False) return true;
        return false;
    }

    private void FindUnknown()
    {
        foreach (Metric metric in CollectorCatalogue.Metrics)
        {
            if (metric.GroupSlot < 0) continue;
            for (int i = 0; i < metric.Series.Length; i++)
                if (metric.Series[i].Signal is { } signal) _unknown[metric.GroupSlot + i] = !_signals.IsAvailable(signal);
        }
    }

    private void AddEnded(ProcessLife life)
    {
        ProcessDescription? description = _tracker.Describe(life, out bool guessed);
        ProcessExit exit = Endings.Of(life, description);
        bool isCounted = _ended.Open(life, exit, guessed, _tracker.HasDelays, _options, _tracker.Children);
        _named.Open(life, exit, isExcluded: !isCounted);
    }
}
