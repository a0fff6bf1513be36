using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Collectors;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Who is alive, by identity: finds new processes, reads those it knows, tells of those that ended. Used by one thread.</summary>
internal sealed class ProcessTracker : IDisposable
{
    public const string ExitSignal = "exit_status";
    public const string AllProcessesSignal = "all_processes";

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
    private readonly bool _hasPidfs;
    private readonly List<TrackedProcess> _alive = [];

    /// <summary>When the last listing was begun, in clock ticks since boot.</summary>
    private ulong? _lastListing;

    public ProcessTracker(ProcFs proc, TimeProvider time, SignalBoard signals, DescriptorBudget budget)
    {
        _proc = proc;
        _time = time;
        _signals = signals;
        Clock = new BootClock(time);
        _reader = new ProcessReader(proc, time, Clock, signals, new UserNames(proc.SharesMountsWithInit() ? "/etc/passwd" : null, time));
        _budget = budget;
        _hasPidfs = proc.IsLive && ProbePidfs();
        if (!proc.IsLive) signals.Refuse(ExitSignal, ExitNeeds, lasting: true);
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

    /// <summary>A process that ended, and how.</summary>
    public Action<TrackedProcess, ExitOutcome>? Ended { get; set; }

    /// <summary>Reads every process once.</summary>
    public void Update(long tick)
    {
        Clock.Update(_proc);
        Tally.Clear();
        _alive.Clear();
        _unreadableMembers.Clear();
        Unreadable = 0;
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
        _lastListing = Clock.UptimeTicks;
    }

    public void Dispose()
    {
        foreach (TrackedProcess process in _byPid.Values) process.Dispose();
        _byPid.Clear();
        _reader.Dispose();
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
        ReadOutcome outcome;
        if (process.Directory is { } kept)
        {
            outcome = _reader.Read(process, kept);
        }
        else
        {
            outcome = _proc.OpenProcess(process.Identity.Pid, out ProcessDirectory? opened);
            using (opened)
            {
                if (opened is not null)
                {
                    outcome = Identify(opened, out ProcessIdentity identity, out Pidfd? pidfd);
                    pidfd?.Dispose();
                    if (outcome == ReadOutcome.Ok) outcome = identity == process.Identity ? _reader.Read(process, opened) : ReadOutcome.Gone;
                }
            }
        }
        if (outcome == ReadOutcome.Gone) return false;
        process.HasSample = outcome == ReadOutcome.Ok;
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
        if (directory is not null) outcome = Identify(directory, out identity, out pidfd);
        if (outcome != ReadOutcome.Ok)
        {
            directory?.Dispose();
            pidfd?.Dispose();
            if (outcome != ReadOutcome.Gone) Unreadable++;
            return null;
        }

        bool keep = _budget.TryTake();
        var process = new TrackedProcess(identity, keep ? directory : null, keep ? pidfd : null)
        {
            DescribeAgain = ProcessReader.FirstLook(_time, pid),
        };
        outcome = _reader.Read(process, directory!);
        if (!keep)
        {
            directory!.Dispose();
            pidfd?.Dispose();
        }
        if (outcome != ReadOutcome.Ok)
        {
            Release(process);
            if (outcome != ReadOutcome.Gone) Unreadable++;
            return null;
        }

        process.HasSample = true;
        _alive.Add(process);
        // What a process used before we could have seen it is nobody's increment; what it used since it started after the last listing is.
        bool isNew = process.Sample.Stat.StartTicks >= _lastListing;
        Array.Fill(process.Counters, isNew ? 0 : double.NaN);
        process.IsNew = isNew;
        return process;
    }

    /// <summary>The identity of the process behind an open directory. The pidfd is opened by number, and then the directory is read: if that
    /// succeeds, the process still had its number when the pidfd was opened, so both are the same one.</summary>
    private ReadOutcome Identify(ProcessDirectory directory, out ProcessIdentity identity, out Pidfd? pidfd)
    {
        pidfd = _proc.IsLive ? Pidfd.Open(directory.Pid) : null;
        ReadOutcome outcome = _reader.ReadStat(directory, out ProcStat stat);
        ulong token = stat.StartTicks;
        // Where there are inodes, start ticks are another name: without descriptors to spare nobody must be taken for somebody else.
        if (_hasPidfs && (pidfd is null || !pidfd.TryReadInode(out token)) && outcome == ReadOutcome.Ok) outcome = ReadOutcome.Malformed;
        identity = new ProcessIdentity(directory.Pid, token, _proc.BootId);
        return outcome;
    }

    private void End(TrackedProcess process)
    {
        _byPid.Remove(process.Identity.Pid);
        Ended?.Invoke(process, OutcomeOf(process));
        Release(process);
    }

    private ExitOutcome OutcomeOf(TrackedProcess process)
    {
        if (process.Pidfd is null || !process.Pidfd.TryReadExit(out ExitStatus exit))
        {
            _signals.Refuse(ExitSignal, ExitNeeds);
            return ExitOutcome.Unknown;
        }
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
        if (process.Directory is not null) _budget.GiveBack();
        process.Dispose();
    }
}
