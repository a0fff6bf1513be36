using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Events;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Who is alive, by identity: finds new processes, reads those it knows, tells of those that ended. Used by one thread.</summary>
internal sealed class ProcessTracker : IDisposable
{
    public const string ExitSignal = "exit_status";
    public const string AllProcessesSignal = "all_processes";

    /// <summary>Each fork, exec and exit is told, so that short-lived processes are counted.</summary>
    public const string EventSignal = "process_events";

    /// <summary>What an ended process used is told.</summary>
    public const string RecordSignal = "exit_records";

    private const int SigKill = 9;
    private const string ExitNeeds = "Linux 6.15, /proc of our own pid namespace, and two descriptors per process within RLIMIT_NOFILE";

    private readonly ProcFs _proc;
    private readonly TimeProvider _time;
    private readonly SignalBoard _signals;
    private readonly ProcessReader _reader;
    private readonly DescriptorBudget _budget;
    private readonly Dictionary<int, TrackedProcess> _byPid = [];
    private readonly List<int> _pids = [];
    private readonly List<TrackedProcess> _missing = [];
    private readonly List<TrackedProcess> _unreadableMembers = [];
    private readonly List<(TrackedProcess, ProcessExit, OomSuspect)> _killed = [];
    private readonly OomKills _oomKills;
    private readonly bool _hasPidfs;
    private readonly List<TrackedProcess> _alive = [];
    private readonly List<int> _changed = [];
    private readonly List<ProcessLife> _endedLives = [];
    private readonly EventSource? _events;
    private readonly AccountingReader _accounting;
    private readonly KnownNames _names = new();
    private EventTotals _told;

    /// <summary>When the last listing was begun, nanoseconds of CLOCK_MONOTONIC.</summary>
    private ulong _lastListingNanoseconds;

    /// <summary>When the last listing was begun, in clock ticks since boot.</summary>
    private ulong? _lastListing;

    /// <param name="listen">Whether to listen to the kernel's events; not worth it for a tick or two.</param>
    /// <param name="eventBuffer">Bytes of events that may wait; null: enough.</param>
    public ProcessTracker(ProcFs proc, TimeProvider time, SignalBoard signals, DescriptorBudget budget, bool listen, int? eventBuffer)
    {
        _proc = proc;
        _time = time;
        _signals = signals;
        Clock = new BootClock(time);
        _reader = new ProcessReader(proc, time, Clock, signals, UserNames.Of(proc, time));
        _oomKills = new OomKills(proc, time, signals);
        _budget = budget;
        _hasPidfs = proc.IsLive && ProbePidfs();
        if (!proc.IsLive) signals.Refuse(ExitSignal, ExitNeeds, lasting: true);
        _accounting = new AccountingReader(proc, signals, listen);
        string needsEvents = "/proc of our own pid namespace", needsRecords = needsEvents;
        if (listen && proc.IsLive) _events = EventSource.Start(proc, time, out needsEvents, out needsRecords, eventBuffer);
        Children = new ChildLedger(_events is { HasEvents: true }, _events is { HasRecords: true });
        _reader.HearsOfExecs = _events is { HasEvents: true };
        if (needsEvents.Length > 0) signals.Refuse(EventSignal, needsEvents, lasting: true);
        if (needsRecords.Length > 0) signals.Refuse(RecordSignal, needsRecords, lasting: true);
    }

    public BootClock Clock { get; }

    /// <summary>What the collectors cost in the last tick.</summary>
    public CollectorTally Tally => _reader.Tally;

    /// <summary>Processes that could be read in the last tick, in ascending order of pid.</summary>
    public List<TrackedProcess> Alive => _alive;

    /// <summary>Every process that is known to be alive.</summary>
    public Dictionary<int, TrackedProcess>.ValueCollection Known => _byPid.Values;

    /// <summary>Those of them that could not be read in the last tick.</summary>
    public List<TrackedProcess> UnreadableMembers => _unreadableMembers;

    /// <summary>Listed, not ended, and yet unreadable in the last tick.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Whether the listing holds pid 1: with hidepid it does not, unless we may see it.</summary>
    public bool SeesAllProcesses { get; private set; } = true;

    /// <summary>A process that was sampled and has ended.</summary>
    public Action<TrackedProcess, ProcessExit>? Ended { get; set; }

    /// <summary>What the kernel's events told so far; null if they are not listened to.</summary>
    public EventTotals? Told => _events is null ? null : _told;

    /// <summary>Reads every process once.</summary>
    public void Update(long tick)
    {
        Clock.Update(_proc);
        Tally.Clear();
        _alive.Clear();
        _unreadableMembers.Clear();
        Unreadable = 0;
        HearEvents();
        ulong began = KernelClock.MonotonicNanoseconds();
        bool complete = _proc.TryListPids(_pids);
        SeesAllProcesses = complete && (!_proc.IsKernel || _pids.Contains(1));
        if (!SeesAllProcesses) _signals.Refuse(AllProcessesSignal, "/proc to be mounted without hidepid, or CAP_SYS_PTRACE, or the group of the mount's gid option");

        foreach (int pid in _pids) Visit(pid, tick);
        // An incomplete listing proves nothing about those that are not in it, so each is asked.
        foreach (TrackedProcess process in _byPid.Values)
            if (process.ListedTick != tick) _missing.Add(process);
        foreach (TrackedProcess process in _missing)
        {
            if (Read(process)) process.ListedTick = tick;
            else End(process);
        }
        if (_missing.Count > 0) _alive.Sort(static (a, b) => a.Identity.Pid.CompareTo(b.Identity.Pid));
        _missing.Clear();
        _accounting.Read(_alive, Clock.UptimeTicks);
        _lastListing = Clock.UptimeTicks;
        _endedLives.Clear();
        _events?.TakeEnded(_pids, SeesAllProcesses ? _lastListingNanoseconds : 0, _endedLives);
        _lastListingNanoseconds = began;
        DecideKilled();
    }

    /// <summary>What parents' child times say of children that have ended.</summary>
    public ChildLedger Children { get; }

    /// <summary>Whether waits for block I/O, swap and reclaim are counted.</summary>
    public bool HasDelays => _accounting.HasDelays;

    /// <summary>Processes that ended without ever having been sampled; to be asked for once a tick, after <see cref="Update"/>.</summary>
    public IReadOnlyList<ProcessLife> EndedLives => _endedLives;

    /// <summary>Who an unsampled process was: what was read of it while it lived, or what its parent and its name say.</summary>
    /// <param name="guessed">It is not certain.</param>
    public ProcessDescription? Describe(ProcessLife life, out bool guessed)
    {
        ProcessDescription? parent = _byPid.GetValueOrDefault(life.ParentPid)?.Description;
        life.Description = LifeDescription.Of(life, parent, _names.Find(life.Name), out guessed);
        if (!guessed && life.Description is { } known) _names.Add(known);
        life.Parent = null; // Or a chain of ancestors that are long gone would be kept.
        return life.Description;
    }

    /// <summary>How an unsampled process ended.</summary>
    public static ProcessExit ExitOf(ProcessLife life, ProcessDescription? description) =>
        new(life.Pid, life.LastParentPid > 0 ? life.LastParentPid : life.ParentPid, life.EndedNanoseconds, description,
            life.Oom is { WasKilled: true } ? ExitOutcome.OomKill : OutcomeOf(life.Exit), life.Exit, life.Lifetime, life.HasUsage ? life.Usage : null);

    public void Dispose()
    {
        foreach (TrackedProcess process in _byPid.Values) process.Dispose();
        _byPid.Clear();
        _events?.Dispose();
        _accounting.Dispose();
        _reader.Dispose();
    }

    /// <summary>What the group rules need to know of newcomers.</summary>
    public void WantCommandLines(bool wanted)
    {
        if (_events is not null) _events.WantsCommandLine = wanted;
    }

    private void HearEvents()
    {
        if (_events is null) return;
        EventTotals told = _events.Drain(_changed);
        bool lost = told.EventsLost != _told.EventsLost;
        _told = told;
        foreach (int pid in _changed)
            if (_byPid.TryGetValue(pid, out TrackedProcess? process)) process.DescribeAgain = 0;
        _changed.Clear();
        if (!lost) return;
        // An exec may be among what was lost: look at everybody. The listing finds who was born and who ended.
        foreach (TrackedProcess process in _byPid.Values) process.DescribeAgain = 0;
    }

    private void Visit(int pid, long tick)
    {
        if (_byPid.TryGetValue(pid, out TrackedProcess? known))
        {
            known.ListedTick = tick;
            if (Read(known)) return;
            End(known); // The pid is listed, so somebody else has it by now.
        }
        if (Discover(pid) is { } found)
        {
            found.ListedTick = tick;
            _byPid.Add(pid, found);
        }
    }

    /// <returns>False if it has ended.</returns>
    private bool Read(TrackedProcess process)
    {
        process.HasSample = false;
        ulong childUser = process.Sample.Stat.ChildUserTicks, childSystem = process.Sample.Stat.ChildSystemTicks;
        ReadOutcome outcome;
        if (process.Directory is { } kept)
        {
            if (!process.WasAskedForFiles) KeepFiles(process, kept);
            outcome = _reader.Read(process, kept);
        }
        else
        {
            outcome = _proc.OpenProcess(process.Identity.Pid, out ProcessDirectory? opened);
            using (opened)
            {
                if (opened is not null)
                {
                    outcome = Identify(opened, out ProcessIdentity identity, out _, out Pidfd? pidfd);
                    pidfd?.Dispose();
                    if (outcome == ReadOutcome.Ok) outcome = identity == process.Identity ? _reader.Read(process, opened) : ReadOutcome.Gone;
                }
            }
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
        ReadOutcome outcome = _proc.OpenProcess(pid, out ProcessDirectory? directory);
        ProcessIdentity identity = default;
        Pidfd? pidfd = null;
        ProcStat stat = default;
        if (directory is not null) outcome = Identify(directory, out identity, out stat, out pidfd);
        if (outcome != ReadOutcome.Ok)
        {
            directory?.Dispose();
            pidfd?.Dispose();
            if (outcome != ReadOutcome.Gone) Unreadable++;
            return null;
        }

        int descriptors = pidfd is null ? 1 : 2;
        bool keep = _budget.TryTake(descriptors);
        var process = new TrackedProcess(identity, keep ? directory : null, keep ? pidfd : null)
        {
            Descriptors = keep ? descriptors : 0,
            SlowRound = ProcessReader.FirstRound(_time, pid),
        };
        // Before it is described: what changes from then on is told.
        process.Life = _events?.Adopt(pid, KernelClock.ToMonotonic(stat.StartTicks));
        outcome = _reader.Read(process, directory!);
        if (!keep)
        {
            directory!.Dispose();
            pidfd?.Dispose();
        }
        if (outcome != ReadOutcome.Ok)
        {
            if (process.Life is { } life) _events!.Abandon(life);
            Release(process);
            if (outcome != ReadOutcome.Gone) Unreadable++;
            return null;
        }

        process.HasSample = true;
        _alive.Add(process);
        _names.Add(process.Description);
        // What a process used before we could have seen it is nobody's increment; what it used since it started after the last listing is.
        bool isNew = process.Sample.Stat.StartTicks >= _lastListing;
        if (isNew) Children.Credit(process.Sample.Stat, 0, 0); // All of its children have ended since we watch.
        Array.Fill(process.Counters, isNew ? 0 : double.NaN);
        process.IsNew = isNew;
        return process;
    }

    /// <summary>The identity of the process behind an open directory. The pidfd is opened by number, and then the directory is read: if that
    /// succeeds, the process still had its number when the pidfd was opened, so both are the same one.</summary>
    private ReadOutcome Identify(ProcessDirectory directory, out ProcessIdentity identity, out ProcStat stat, out Pidfd? pidfd)
    {
        pidfd = _proc.IsLive ? Pidfd.Open(directory.Pid) : null;
        ReadOutcome outcome = _reader.ReadStat(directory, out stat);
        ulong token = stat.StartTicks;
        // Where there are inodes, start ticks are another name: without descriptors to spare nobody must be taken for somebody else.
        if (_hasPidfs && (pidfd is null || !pidfd.TryReadInode(out token)) && outcome == ReadOutcome.Ok) outcome = ReadOutcome.Malformed;
        identity = new ProcessIdentity(directory.Pid, token, _proc.BootId);
        return outcome;
    }

    /// <summary>Keeps the files of a process open from the second tick on: most live shorter than that.</summary>
    private void KeepFiles(TrackedProcess process, ProcessDirectory directory)
    {
        process.WasAskedForFiles = true;
        if (!_proc.IsKernel || !_budget.TryTakeForFiles(ProcessDirectory.MostKeptFiles)) return;
        process.KeepsFiles = directory.TryKeepFiles();
        if (!process.KeepsFiles) _budget.GiveBackFiles(ProcessDirectory.MostKeptFiles);
    }

    private void End(TrackedProcess process)
    {
        _byPid.Remove(process.Identity.Pid);
        ProcessLife? life = process.Life;
        if (life is not null) _events!.Settle(life);
        // The pidfd tells of the process; an event only of its main thread.
        ExitStatus? status = process.Pidfd is not null && process.Pidfd.TryReadExit(out ExitStatus exit) ? exit : life?.Exit;
        if (status is null) _signals.Refuse(ExitSignal, ExitNeeds);
        var ended = new ProcessExit(
            process.Identity.Pid,
            life is { LastParentPid: > 0 } ? life.LastParentPid : process.Sample.Stat.ParentPid,
            life?.EndedNanoseconds ?? 0,
            process.Description, OutcomeOf(status), status, life?.Lifetime, life is { HasUsage: true } ? life.Usage : null);
        if (status is { Signal: SigKill }) _killed.Add((process, ended, _oomKills.Suspect(process)));
        else Leave(process, ended);
    }

    private void Leave(TrackedProcess process, in ProcessExit exit)
    {
        Ended?.Invoke(process, exit);
        Release(process);
    }

    /// <summary>Says who of those that ended by SIGKILL was killed as memory ran out, once all ends of this tick are known.</summary>
    private void DecideKilled()
    {
        foreach (ProcessLife life in _endedLives)
            if (life.Exit is { Signal: SigKill }) life.Oom = _oomKills.Suspect(life, _byPid.GetValueOrDefault(life.ParentPid)?.Description);
        _oomKills.Decide();
        foreach ((TrackedProcess process, ProcessExit exit, OomSuspect suspect) in _killed)
            Leave(process, suspect.WasKilled ? exit with { Outcome = ExitOutcome.OomKill } : exit);
        _killed.Clear();
        foreach (TrackedProcess process in _alive)
            if (process.GroupKey is null) _oomKills.Watch(process.Description.MemoryCgroup); // It is new, or its description is.
    }

    private static ExitOutcome OutcomeOf(ExitStatus? status)
    {
        if (status is not { } exit) return ExitOutcome.Unknown;
        if (exit.Signal != 0) return ExitOutcome.Signal;
        return exit.IsSuccess ? ExitOutcome.Success : ExitOutcome.Failure;
    }

    private static bool ProbePidfs()
    {
        using Pidfd? self = Pidfd.Open(Environment.ProcessId);
        return self is not null && self.TryReadInode(out _);
    }

    private void Release(TrackedProcess process)
    {
        _budget.GiveBack(process.Descriptors);
        if (process.KeepsFiles) _budget.GiveBackFiles(ProcessDirectory.MostKeptFiles);
        process.Dispose();
    }
}
