using System.Runtime.InteropServices;
using System.Text;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Events;

/// <summary>Turns the kernel's events into lives of processes. A life is adopted by the tracker once a listing has the process; what ends
/// before that is handed out by <see cref="TakeEnded"/>. Knows no kernel and no clock; used under one lock.</summary>
internal sealed class LifeTable
{
    /// <summary>A fork's event is sent within this time of the start time that /proc tells.</summary>
    private const ulong BirthTolerance = 1_000_000_000;

    private const int MostToDescribe = 4096;

    private readonly Dictionary<int, ProcessLife> _lives = [];

    /// <summary>Lives whose pid was given away before their exit was told: it is told after the parent is woken.</summary>
    private readonly Dictionary<int, ProcessLife> _overdue = [];

    private readonly List<ProcessLife> _changed = [];
    private readonly List<ProcessLife> _ended = [];
    private readonly List<ProcessLife> _endedBefore = [];
    private readonly HashSet<int> _settled = [];
    private readonly HashSet<int> _settledBefore = [];

    /// <summary>A listing was gone through: whoever is not known by now was born since.</summary>
    private bool _hasListing;

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
                if (_lives.TryGetValue(value.Pid, out ProcessLife? before)) Displace(before);
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
                    if (!life.IsAdopted) life.Description = null; // That of an image before this one.
                }
                if (life.IsAdopted) MarkChanged(life);
                else if (value.Kind == ProcEventKind.Exec && ToDescribe.Count < MostToDescribe) ToDescribe.Add(life);
                break;
            case ProcEventKind.Exit:
                if (!_overdue.Remove(value.Pid, out ProcessLife? ending)) ending = _lives.GetValueOrDefault(value.Pid);
                if (ending is null)
                {
                    if (IsSettled(value.Pid)) break; // Told late: its accounts are done.
                    ending = Find(value.Pid);
                }
                ending.Exit ??= new ExitStatus(value.Status);
                ending.EndedNanoseconds = value.Nanoseconds;
                End(ending);
                break;
        }
    }

    /// <param name="name">comm of the task.</param>
    public void Apply(in Taskstats record, ReadOnlySpan<byte> name)
    {
        // Before Linux 5.19 a task does not tell its process. A thread's record is then met as a process nobody knows: not to be counted.
        int pid = record.Pid > 0 ? record.Pid : record.Id;
        ProcessLife? life = _overdue.GetValueOrDefault(pid) ?? _lives.GetValueOrDefault(pid);
        if (life is null)
        {
            if (record.Pid == 0 || IsSettled(pid)) return;
            life = Find(pid);
        }
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
        // A process ends as its main thread did, unless another thread ended them all.
        if (record.Id == pid) life.Exit ??= new ExitStatus(record.ExitStatus);
        else if (record.ExitStatus != 0) life.Exit = new ExitStatus(record.ExitStatus);
        if (!record.IsLastOfProcess) return;
        life.IsUsageWhole = life.BornNanoseconds > 0;
        End(life);
    }

    /// <summary>The life of a process that a listing found; a new one if its fork was not seen.</summary>
    /// <param name="startedNanoseconds">When /proc says that it started, nanoseconds of CLOCK_MONOTONIC; null if that is not known.</param>
    public ProcessLife Adopt(int pid, ulong? startedNanoseconds)
    {
        if (_lives.TryGetValue(pid, out ProcessLife? life) && startedNanoseconds is { } started && life.BornNanoseconds > started + BirthTolerance)
            return new ProcessLife(pid) { IsAdopted = true }; // The pid belongs to somebody else by now.
        if (life is not null && startedNanoseconds is { } start && life.BornNanoseconds > 0 && start > life.BornNanoseconds + BirthTolerance)
        {
            Displace(life);
            life = null;
        }
        if (life is null) _lives[pid] = life = new ProcessLife(pid);
        life.IsAdopted = true;
        return life;
    }

    /// <summary>It could not be sampled after all, so the tracker knows nothing of it.</summary>
    public void Abandon(ProcessLife life)
    {
        life.IsAdopted = false;
        if (life.HasEnded) Queue(life);
    }

    /// <summary>The tracker has done the accounts of this one.</summary>
    public void Settle(ProcessLife life)
    {
        if (_lives.TryGetValue(life.Pid, out ProcessLife? current) && current == life) _lives.Remove(life.Pid);
        if (_overdue.TryGetValue(life.Pid, out current) && current == life) _overdue.Remove(life.Pid);
        if (life.IsAdopted) life.Parent = null; // Or a chain of ancestors that are long gone would be kept.
        _settled.Add(life.Pid);
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
    public void TakeEnded(List<int> listing, List<ProcessLife> ended)
    {
        foreach (ProcessLife life in _endedBefore)
        {
            life.IsQueued = false;
            if (life.IsAdopted) continue;
            if (IsIn(listing, life.Pid) && _lives.GetValueOrDefault(life.Pid) == life) Queue(life); // A zombie that could not be read.
            else
            {
                // Of one whose birth was not seen we know only then that it began since we listen.
                if (life.BornNanoseconds > 0 || _hasListing) ended.Add(life);
                Settle(life);
            }
        }
        _hasListing = true;
        _endedBefore.Clear();
        _endedBefore.AddRange(_ended);
        _ended.Clear();
        _settledBefore.Clear();
        _settledBefore.UnionWith(_settled);
        _settled.Clear();
    }

    /// <summary>Ends those that were born before the listing before this one, are not in this one, and of whose end nothing was heard:
    /// messages were lost.</summary>
    /// <param name="listing">The pids of the listing, in ascending order.</param>
    /// <param name="bornBefore">When the listing before this one began, nanoseconds of CLOCK_MONOTONIC.</param>
    public void EndUnlisted(List<int> listing, ulong bornBefore)
    {
        foreach (ProcessLife life in _lives.Values)
            if (!life.IsAdopted && !life.HasEnded && life.BornNanoseconds < bornBefore && !IsIn(listing, life.Pid)) End(life);
        foreach (ProcessLife life in _overdue.Values)
            if (life.BornNanoseconds < bornBefore) End(life);
    }

    private ProcessLife Find(int pid)
    {
        ref ProcessLife? life = ref CollectionsMarshal.GetValueRefOrAddDefault(_lives, pid, out _);
        return life ??= new ProcessLife(pid);
    }

    private static bool IsIn(List<int> listing, int pid) => listing.BinarySearch(pid) >= 0;

    private bool IsSettled(int pid) => _settled.Contains(pid) || _settledBefore.Contains(pid);

    private void MarkChanged(ProcessLife life)
    {
        if (life.HasChanged) return;
        life.HasChanged = true;
        _changed.Add(life);
    }

    private void Displace(ProcessLife life)
    {
        if (!life.HasEnded) _overdue[life.Pid] = life;
    }

    private void End(ProcessLife life)
    {
        if (life.HasEnded) return;
        life.HasEnded = true;
        if (!life.IsAdopted) Queue(life);
    }

    private void Queue(ProcessLife life)
    {
        if (life.IsQueued) return;
        life.IsQueued = true;
        _ended.Add(life);
    }
}
