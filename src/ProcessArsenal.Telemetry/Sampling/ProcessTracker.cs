using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Events;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Who is alive, by identity: reads those it knows, finds new processes, tells of those that ended. Used by one thread.</summary>
internal sealed class ProcessTracker : IDisposable
{
    /// <summary>Each fork, exec and exit is told, so that short-lived processes are counted.</summary>
    public const string EventSignal = "process_events";

    /// <summary>What an ended process used is told.</summary>
    public const string RecordSignal = "exit_records";

    private readonly ProcFs _proc;
    private readonly ProcessReader _reader;
    private readonly ProcessOpener _opener;
    private readonly PidListing _listing;
    private readonly Endings _endings;
    private readonly AccountingReader _accounting;
    private readonly EventSource? _events;
    private readonly KnownNames _names = new();
    private readonly Dictionary<int, TrackedProcess> _byPid = [];
    private readonly List<TrackedProcess> _known = [];
    private readonly List<TrackedProcess> _alive = [];
    private readonly List<TrackedProcess> _unreadableMembers = [];
    private readonly List<int> _changed = [];
    private readonly List<int> _born = [];
    private readonly List<ProcessLife> _endedLives = [];
    private EventTotals _told;

    /// <summary>When the last tick was begun, nanoseconds of CLOCK_MONOTONIC.</summary>
    private ulong _lastTickNanoseconds;

    /// <summary>When the last tick was begun, in clock ticks since boot.</summary>
    private ulong? _lastTick;

    /// <param name="listen">Whether to listen to the kernel's events; not worth it for a tick or two.</param>
    /// <param name="eventBuffer">Bytes of events that may wait; null: enough.</param>
    public ProcessTracker(ProcFs proc, TimeProvider time, SignalBoard signals, DescriptorBudget budget, bool listen, int? eventBuffer)
    {
        _proc = proc;
        Clock = new BootClock(time);
        _reader = new ProcessReader(proc, time, Clock, signals, UserNames.Of(proc, time), _names);
        _opener = new ProcessOpener(proc, time, budget);
        _listing = new PidListing(proc, time, signals);
        _endings = new Endings(proc, time, signals, Leave);
        if (!proc.IsLive) signals.Refuse(Endings.Signal, Endings.Needs, lasting: true);
        _accounting = new AccountingReader(proc, signals, listen);
        string needsEvents = "/proc of our own pid namespace", needsRecords = needsEvents;
        if (listen && proc.IsLive) _events = EventSource.Start(proc, time, out needsEvents, out needsRecords, eventBuffer);
        Children = new ChildLedger(_events is not null, _events is { HasRecords: true }, KernelClock.TimerTick());
        _reader.HearsOfExecs = _events is { HasEvents: true };
        if (listen && needsEvents.Length > 0) signals.Refuse(EventSignal, needsEvents, lasting: true);
        if (listen && needsRecords.Length > 0) signals.Refuse(RecordSignal, needsRecords, lasting: true);
    }

    public BootClock Clock { get; }

    /// <summary>What parents' child times say of children that have ended.</summary>
    public ChildLedger Children { get; }

    /// <summary>What the collectors cost in the last tick.</summary>
    public CollectorTally Tally => _reader.Tally;

    /// <summary>Every process that is known to be alive, in ascending order of pid.</summary>
    public IReadOnlyList<TrackedProcess> Known => _known;

    /// <summary>Those of them that could be read in the last tick.</summary>
    public List<TrackedProcess> Alive => _alive;

    /// <summary>Those of them that could not.</summary>
    public List<TrackedProcess> UnreadableMembers => _unreadableMembers;

    /// <summary>Listed, not ended, and yet unreadable in the last tick.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Whether the listing holds pid 1: with hidepid it does not, unless we may see it.</summary>
    public bool SeesAllProcesses => _listing.SeesAll;

    /// <summary>Processes whose group is a guess, since they were met on their way out.</summary>
    public long GroupsGuessed => _reader.GroupsGuessed;

    /// <summary>How often /proc was gone through.</summary>
    internal long Listings => _listing.Listings;

    /// <summary>A process that was sampled and has ended.</summary>
    public Action<TrackedProcess, ProcessExit>? Ended { get; set; }

    /// <summary>Told, on another thread, of newcomers that executed a file.</summary>
    public Action<int>? Executed
    {
        set
        {
            if (_events is not null) _events.Executed = value;
        }
    }

    /// <summary>What the kernel's events told so far; null if they are not listened to.</summary>
    public EventTotals? Told => _events is null ? null : _told;

    /// <summary>Whether waits for block I/O, swap and reclaim are counted.</summary>
    public bool HasDelays => _accounting.HasDelays;

    /// <summary>Processes that ended without ever having been sampled; to be asked for once a tick, after <see cref="Update"/>.</summary>
    public IReadOnlyList<ProcessLife> EndedLives => _endedLives;

    /// <summary>Reads every process once.</summary>
    public void Update()
    {
        Clock.Update(_proc);
        Tally.Clear();
        _alive.Clear();
        _unreadableMembers.Clear();
        Unreadable = 0;
        HearEvents();
        ulong began = KernelClock.MonotonicNanoseconds();
        _listing.Begin();
        ReadKnown();
        FindNewcomers(began);
        _accounting.Read(_alive, Clock.UptimeTicks);
        _lastTick = Clock.UptimeTicks;
        _endedLives.Clear();
        _events?.TakeEnded(_listing.Pids, SeesAllProcesses ? _lastTickNanoseconds : 0, _endedLives);
        _lastTickNanoseconds = began;
        _endings.Decide(_endedLives, _byPid);
        _endings.Watch(_alive);
    }

    /// <summary>Who an unsampled process was: what was read of it while it lived, or what its parent and its name say.</summary>
    /// <param name="guessed">It is not certain.</param>
    public ProcessDescription? Describe(ProcessLife life, out bool guessed)
    {
        life.Description = LifeDescription.Of(life, Find(life.ParentPid)?.Description, _names.Find(life.Name), out guessed);
        if (!guessed && life.Description is { } known) _names.Add(known);
        life.Parent = null; // Or a chain of ancestors that are long gone would be kept.
        return life.Description;
    }

    /// <summary>What the group rules need to know of newcomers.</summary>
    public void WantCommandLines(bool wanted)
    {
        if (_events is not null) _events.WantsCommandLine = wanted;
    }

    public void Dispose()
    {
        foreach (TrackedProcess process in _known) process.Dispose();
        _known.Clear();
        _byPid.Clear();
        _events?.Dispose();
        _accounting.Dispose();
        _reader.Dispose();
    }

    private TrackedProcess? Find(int pid) => _byPid.GetValueOrDefault(pid);

    private void HearEvents()
    {
        if (_events is null) return;
        EventTotals told = _events.Drain(_changed);
        bool lost = told.EventsLost != _told.EventsLost;
        if (told.RecordsLost != _told.RecordsLost) Children.LostRecords();
        _told = told;
        foreach (int pid in _changed)
            if (Find(pid) is { } process) process.DescribeAgain = 0;
        _changed.Clear();
        if (!lost) return;
        // An exec may be among what was lost: look at everybody. Who was born and who ended is found without events.
        foreach (TrackedProcess process in _known) process.DescribeAgain = 0;
    }

    private void ReadKnown()
    {
        int kept = 0;
        for (int i = 0; i < _known.Count; i++)
        {
            TrackedProcess process = _known[i];
            if (TryRead(process)) _known[kept++] = process;
            else End(process);
        }
        _known.RemoveRange(kept, _known.Count - kept);
    }

    private void FindNewcomers(ulong began)
    {
        int before = _known.Count;
        // Of whom we may not see, opening each would be in vain.
        if (!_listing.IsWhole(_known.Count) && _events is not null && SeesAllProcesses)
        {
            _events.TakeBorn(began, _born);
            _born.Sort(); // Few: all that are known are in order then, and need not be sorted.
            Discover(_born);
            _born.Clear();
        }
        if (!_listing.IsWhole(_known.Count))
        {
            _listing.Read();
            Discover(_listing.Pids);
            Sort(before);
        }
        else
        {
            Sort(before);
            _listing.Take(_known);
        }
    }

    private void Discover(List<int> pids)
    {
        foreach (int pid in pids)
        {
            if (_byPid.ContainsKey(pid) || Discover(pid) is not { } found) continue;
            _byPid.Add(pid, found);
            _known.Add(found);
            _alive.Add(found);
        }
    }

    /// <param name="before">How many were known before newcomers were added.</param>
    private void Sort(int before)
    {
        bool inOrder = true;
        for (int i = Math.Max(before, 1); i < _known.Count && inOrder; i++) inOrder = _known[i].Identity.Pid > _known[i - 1].Identity.Pid;
        if (inOrder) return;
        _known.Sort(static (a, b) => a.Identity.Pid.CompareTo(b.Identity.Pid));
        _alive.Sort(static (a, b) => a.Identity.Pid.CompareTo(b.Identity.Pid));
    }

    /// <returns>False if it has ended.</returns>
    private bool TryRead(TrackedProcess process)
    {
        process.HasSample = false;
        ulong childUser = process.Sample.Stat.ChildUserTicks, childSystem = process.Sample.Stat.ChildSystemTicks;
        ReadOutcome outcome;
        if (process.Directory is { } kept)
        {
            if (!process.WasAskedForFiles) _opener.KeepFiles(process, kept);
            outcome = _reader.Read(process, kept);
        }
        else
        {
            outcome = _opener.Reopen(process.Identity, out ProcessDirectory? opened);
            using (opened)
                if (opened is not null) outcome = _reader.Read(process, opened);
        }
        if (outcome == ReadOutcome.Gone) return false;
        process.HasSample = outcome == ReadOutcome.Ok;
        if (process.HasSample && process.HasMoved) Children.Credit(process.Sample.Stat, childUser, childSystem);
        if (process.HasSample) _alive.Add(process);
        else
        {
            Unreadable++;
            _unreadableMembers.Add(process);
        }
        return true;
    }

    private TrackedProcess? Discover(int pid)
    {
        ReadOutcome outcome = _opener.TryOpen(pid, out TrackedProcess? process, out ProcessDirectory? directory, out ProcStat stat);
        if (process is not null)
        {
            // Before it is described: what changes from then on is told.
            process.Life = _events?.Adopt(pid, KernelClock.ToMonotonic(stat.StartTicks));
            outcome = _reader.Read(process, directory!, _opener.StatText);
            if (process.Directory is null) directory!.Dispose();
            if (outcome != ReadOutcome.Ok)
            {
                if (process.Life is { } life) _events!.Abandon(life);
                _opener.Release(process);
            }
        }
        if (outcome != ReadOutcome.Ok)
        {
            if (outcome != ReadOutcome.Gone) Unreadable++;
            return null;
        }
        process!.HasSample = true;
        _names.Add(process.Description);
        // What a process used before we could have seen it is nobody's increment; what it used since it started after the last tick is.
        process.IsNew = process.Sample.Stat.StartTicks >= _lastTick;
        if (process.IsNew) Children.Credit(process.Sample.Stat, 0, 0); // All of its children have ended since we watch.
        Array.Fill(process.Counters, process.IsNew ? 0 : double.NaN);
        return process;
    }

    private void End(TrackedProcess process)
    {
        _byPid.Remove(process.Identity.Pid);
        if (process.Life is { } life) _events!.Settle(life);
        _endings.Add(process);
    }

    private void Leave(TrackedProcess process, ProcessExit exit)
    {
        Ended?.Invoke(process, exit);
        _opener.Release(process);
    }
}
