using System.Runtime.InteropServices;
using System.Text;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Events;

/// <summary>Turns the kernel's events into lives of processes. A life is adopted by the tracker once a listing has the process; what ends
/// before that is handed out by <see cref="TakeEnded"/>. Knows no kernel and no clock; used under one lock.</summary>
/// <param name="hasEvents">Forks, execs and exits are told.</param>
/// <param name="hasRecords">Exit records are told.</param>
internal sealed class LifeTable(bool hasEvents, bool hasRecords)
{
    /// <summary>How far the start time that /proc tells and that of a fork's event may be apart though it is the same: clock ticks, and what the clocks differ.</summary>
    private const ulong BirthTolerance = 1_000_000_000;

    /// <summary>How much later than that a fork may be told: the start time is taken, and the process can be listed, before the parent sends the event
    /// (copy_process, kernel/fork.c), and on a machine that is overloaded it has to wait for a processor in between. No pid is used again so soon after
    /// its process began and ended, unless a machine does nothing but fork.</summary>
    private const ulong TellingTolerance = 30_000_000_000;

    /// <summary>How long an exit may be told late: on a machine that is overloaded the one that tells it has to wait for a processor.</summary>
    private const ulong Patience = 60_000_000_000;

    private const int MostToDescribe = 4096;

    private readonly Dictionary<int, ProcessLife> _lives = [];

    /// <summary>Lives whose pid was given away, or whose accounts were done, before all was told of them: an exit is told after the parent is
    /// woken, and the two sources are not in step.</summary>
    private readonly Dictionary<int, ProcessLife> _overdue = [];

    private readonly List<ProcessLife> _changed = [];
    private readonly List<ProcessLife> _ended = [];
    private readonly List<ProcessLife> _endedBefore = [];

    /// <summary>A listing was gone through: whoever is not known by now was born since.</summary>
    private bool _hasListing;

    private ulong _now;
    private ProcessLife? _lastRecorded;

    /// <summary>Processes created since we listen.</summary>
    public long Created { get; private set; }

    /// <summary>Newcomers to be described while they live.</summary>
    public List<ProcessLife> ToDescribe { get; } = [];

    /// <summary>Lives that are known now.</summary>
    public int Count => _lives.Count + _overdue.Count;

    public void Apply(in ProcEvent value)
    {
        switch (value.Kind)
        {
            case ProcEventKind.Fork:
                Created++;
                if (_lives.TryGetValue(value.Pid, out ProcessLife? before))
                {
                    if (IsForkOf(before, value.Nanoseconds))
                    {
                        before.BornNanoseconds = value.Nanoseconds;
                        before.ParentPid = value.ParentPid;
                        break;
                    }
                    Displace(before);
                }
                ProcessLife? parent = _lives.GetValueOrDefault(value.ParentPid);
                ProcessDescription? inherited = parent is { HasExecuted: true, Description: null } ? null : parent?.Description ?? parent?.Inherited;
                _lives[value.Pid] = new ProcessLife(value.Pid)
                {
                    ParentPid = value.ParentPid,
                    Parent = inherited is null ? parent : null,
                    Inherited = inherited,
                    BornNanoseconds = Math.Max(value.Nanoseconds, 1),
                };
                break;
            case ProcEventKind.Exec or ProcEventKind.Uid or ProcEventKind.Comm:
                ProcessLife life = Find(value.Pid);
                if (value.Kind == ProcEventKind.Exec)
                {
                    life.HasExecuted = true;
                    life.Executions++;
                    if (life.IsTold) GoesOn(life);
                    if (!life.IsAdopted) life.Description = null; // That of an image before this one.
                }
                if (life.IsAdopted) MarkChanged(life);
                else if (value.Kind == ProcEventKind.Exec && ToDescribe.Count < MostToDescribe) ToDescribe.Add(life);
                break;
            case ProcEventKind.Exit when value.EndsAllThreads:
                // Only where the main thread left before is that not what its own exit tells.
                if (Ending(value.Pid) is { IsTold: true } left) left.Exit = new ExitStatus(value.Status);
                break;
            case ProcEventKind.Exit:
                ProcessLife ending = _overdue.GetValueOrDefault(value.Pid) is { IsTold: false } overdue ? overdue : Find(value.Pid);
                ending.IsTold = true;
                ending.Exit ??= new ExitStatus(value.Status);
                ending.EndedNanoseconds = value.Nanoseconds;
                if (value.ParentPid > 0) ending.LastParentPid = value.ParentPid;
                End(ending);
                LetGoIfWhole(ending);
                break;
        }
    }

    /// <summary>Whether the process that a record is about is known. If not, its fork may be told already and only wait to be taken.</summary>
    public bool Knows(in Taskstats record)
    {
        int pid = record.Pid > 0 ? record.Pid : record.Id;
        return _lives.ContainsKey(pid) || _overdue.ContainsKey(pid) || record.Pid == 0;
    }

    /// <param name="name">comm of the task.</param>
    public void Apply(in Taskstats record, ReadOnlySpan<byte> name)
    {
        // Before Linux 5.19 a task does not tell its process. A thread's record is then met as a process nobody knows: not to be counted.
        int pid = record.Pid > 0 ? record.Pid : record.Id;
        ProcessLife? life = _overdue.GetValueOrDefault(pid) is { IsRecorded: false } overdue ? overdue : _lives.GetValueOrDefault(pid);
        // The sum over a process comes with the record of its last task.
        if (record.IsProcess && _lastRecorded?.Pid == pid) life = _lastRecorded;
        if (life is null)
        {
            if (record.Pid == 0) return;
            life = Find(pid);
        }
        if (record.IsLastOfProcess || record.IsProcess || record.Pid == 0)
        {
            life.IsRecorded = true;
            LetGoIfWhole(life);
        }
        _lastRecorded = life;
        if (record.IsProcess)
        {
            life.Usage.Raise(record);
            return;
        }
        life.Usage.Add(record);
        life.HasUsage = true;
        if (record.Id != pid && !record.IsLastOfProcess) return;
        if (record.Id == pid || life.Name is null) life.Name = Encoding.UTF8.GetString(name);
        if (life.ParentPid == 0) life.ParentPid = record.ParentPid;
        if (record.Id == pid) life.AgeNanoseconds = record.ElapsedMicroseconds * 1000;
        if (record.Id == pid) life.HasExecuted |= !record.IsForked; // The event may have been lost.
        // A process ends as its main thread did, unless another thread ended them all.
        // Who ends last with that number may be another thread than who had it first: one that executed a file took it over.
        if (record.Id == pid && record.IsLastOfProcess) life.Exit = new ExitStatus(record.ExitStatus);
        else if (record.Id == pid) life.Exit ??= new ExitStatus(record.ExitStatus);
        else if (record.ExitStatus != 0) life.Exit = new ExitStatus(record.ExitStatus);
        if (!record.IsLastOfProcess) return;
        End(life);
    }

    /// <summary>The life of a process that a listing found; a new one if its fork was not seen.</summary>
    /// <param name="startedNanoseconds">When /proc says that it started, nanoseconds of CLOCK_MONOTONIC; null if that is not known.</param>
    public ProcessLife Adopt(int pid, ulong? startedNanoseconds)
    {
        if (_lives.TryGetValue(pid, out ProcessLife? life) && startedNanoseconds is { } started && life.BornNanoseconds > started + TellingTolerance)
            return new ProcessLife(pid) { IsAdopted = true }; // The pid belongs to somebody else by now.
        if (life is not null && startedNanoseconds is { } start && life.BornNanoseconds > 0 && start > life.BornNanoseconds + BirthTolerance)
        {
            Displace(life);
            life = null;
        }
        if (life is null) _lives[pid] = life = new ProcessLife(pid) { StartedNanoseconds = startedNanoseconds ?? 0 };
        life.IsAdopted = true;
        return life;
    }

    /// <summary>Those that nobody has adopted, and of whose end nothing was heard.</summary>
    /// <param name="before">Born before that, nanoseconds of CLOCK_MONOTONIC.</param>
    public void TakeBorn(ulong before, List<int> pids)
    {
        foreach (ProcessLife life in _lives.Values)
            if (!life.IsAdopted && !life.HasEnded && life.BornNanoseconds > 0 && life.BornNanoseconds < before) pids.Add(life.Pid);
    }

    /// <summary>It could not be sampled after all, so the tracker knows nothing of it.</summary>
    public void Abandon(ProcessLife life)
    {
        life.IsAdopted = false;
        if (life.HasEnded) Queue(life);
    }

    /// <summary>The accounts of this one are done.</summary>
    public void Settle(ProcessLife life)
    {
        if (_lives.TryGetValue(life.Pid, out ProcessLife? current) && current == life)
        {
            _lives.Remove(life.Pid);
            Displace(life);
        }
        if (life.IsAdopted) life.Parent = null; // Or a chain of ancestors that are long gone would be kept.
    }

    /// <summary>Adopted ones whose image, user or name changed since the last call.</summary>
    public void TakeChanged(List<int> pids)
    {
        foreach (ProcessLife life in _changed)
        {
            life.HasChanged = false;
            pids.Add(life.Pid);
        }
        _changed.Clear();
    }

    /// <summary>Those that ended without having been adopted. To be called once a tick, after its listing was gone through. They are handed out
    /// a tick after their end: by then a listing has shown those that nobody has waited for, and what is told late has come.</summary>
    /// <param name="listing">The pids of the listing, in ascending order.</param>
    /// <param name="now">Nanoseconds of CLOCK_MONOTONIC.</param>
    public void TakeEnded(List<int> listing, ulong now, List<ProcessLife> ended)
    {
        _now = now;
        foreach (ProcessLife life in _endedBefore)
        {
            life.IsQueued = false;
            if (life.IsAdopted || !life.HasEnded) continue;
            if (IsIn(listing, life.Pid) && _lives.GetValueOrDefault(life.Pid) == life) Queue(life); // A zombie that could not be read.
            else
            {
                if (life.IsOurs) ended.Add(life);
                Settle(life);
            }
        }
        _hasListing = true;
        _endedBefore.Clear();
        _endedBefore.AddRange(_ended);
        _ended.Clear();
        LetGoOfOverdue();
    }

    /// <summary>Ends those that were born before the listing before this one, are not in this one, and of whose end nothing was heard:
    /// messages were lost.</summary>
    /// <param name="listing">The pids of the listing, in ascending order.</param>
    /// <param name="bornBefore">When the listing before this one began, nanoseconds of CLOCK_MONOTONIC.</param>
    public void EndUnlisted(List<int> listing, ulong bornBefore)
    {
        foreach (ProcessLife life in _lives.Values)
            if (!life.IsAdopted && !life.HasEnded && life.BornNanoseconds < bornBefore && !IsIn(listing, life.Pid)) End(life);
    }

    /// <summary>What was told was only the end of its main thread: another one executes a file in its place (de_thread, fs/exec.c).</summary>
    private static void GoesOn(ProcessLife life)
    {
        life.IsTold = life.HasEnded = false;
        life.Exit = null;
        life.EndedNanoseconds = 0;
    }

    private ProcessLife? Ending(int pid) => _lives.GetValueOrDefault(pid) ?? _overdue.GetValueOrDefault(pid);

    private ProcessLife Find(int pid)
    {
        ref ProcessLife? life = ref CollectionsMarshal.GetValueRefOrAddDefault(_lives, pid, out _);
        return life ??= new ProcessLife(pid);
    }

    /// <summary>A process is there to be listed a moment before its fork is told.</summary>
    private static bool IsForkOf(ProcessLife life, ulong told) =>
        life is { IsAdopted: true, BornNanoseconds: 0, StartedNanoseconds: > 0, IsTold: false }
        && told + BirthTolerance > life.StartedNanoseconds && told < life.StartedNanoseconds + TellingTolerance;

    private static bool IsIn(List<int> listing, int pid) => listing.BinarySearch(pid) >= 0;

    private void MarkChanged(ProcessLife life)
    {
        if (life.HasChanged) return;
        life.HasChanged = true;
        _changed.Add(life);
    }

    private void Displace(ProcessLife life)
    {
        if (IsWhole(life)) return;
        life.OverdueSince = _now;
        if (_overdue.TryGetValue(life.Pid, out ProcessLife? older) && older != life) End(older);
        _overdue[life.Pid] = life;
    }

    private bool IsWhole(ProcessLife life) => (life.IsTold || !hasEvents) && (life.IsRecorded || !hasRecords);

    private void LetGoIfWhole(ProcessLife life)
    {
        if (IsWhole(life) && _overdue.GetValueOrDefault(life.Pid) == life) _overdue.Remove(life.Pid);
    }

    /// <summary>What was not told by then is lost.</summary>
    private void LetGoOfOverdue()
    {
        foreach ((int pid, ProcessLife life) in _overdue)
        {
            if (life.OverdueSince + Patience >= _now) continue;
            End(life);
            _overdue.Remove(pid);
        }
    }

    private void End(ProcessLife life)
    {
        if (life.HasEnded) return;
        life.HasEnded = true;
        life.IsOurs = life.BornNanoseconds > 0 || _hasListing;
        if (!life.IsAdopted) Queue(life);
    }

    private void Queue(ProcessLife life)
    {
        if (life.IsQueued) return;
        life.IsQueued = true;
        _ended.Add(life);
    }
}
