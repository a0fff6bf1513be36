using System.Text;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Events;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Whether a process that ended by SIGKILL was killed by the kernel as memory ran out. The kernel does not mark it, but counts: in
/// all (/proc/vmstat), and per control group of the one that was killed. Each kill that was counted explains one end, and a kill that
/// nobody's end was seen for (a process too short to be sampled) explains none that comes much later. Used by one thread.</summary>
internal sealed class OomKills(ProcFs proc, TimeProvider time, SignalBoard signals)
{
    public const string Signal = "oom_kills";

    /// <summary>Control groups whose counters are watched; of the processes in others the counter of the whole machine decides.</summary>
    public const int MostGroups = 1024;

    /// <summary>A process counts as killed at once, and as ended when its memory is freed and its parent has taken note.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    private readonly MemoryCgroups _cgroups = new(proc.ReadCgroupMounts());
    private readonly Dictionary<string, Group?> _byCgroup = [];
    private readonly Dictionary<string, Group> _byFile = [];
    private readonly List<string> _gone = [];
    private readonly List<OomSuspect> _suspects = [];
    private ulong? _total;
    private long _risen;
    private long _lastPurge;

    /// <summary>Kills that no group which is watched has counted, and no end has been explained by. Below 0 for a tick if one was counted
    /// by its group after the machine's counter was read.</summary>
    private long _elsewhere;

    /// <summary>Begins to watch the counter of a control group; nothing if it is watched already.</summary>
    public void Watch(string? cgroup)
    {
        if (cgroup is null || _byCgroup.ContainsKey(cgroup)) return;
        if (_byCgroup.Count >= MostGroups) Purge();
        if (_byCgroup.Count >= MostGroups) return;
        Group? group = null;
        if (_cgroups.Locate(cgroup) is { } file && !_byFile.TryGetValue(file, out group))
        {
            group = new Group(file);
            if (group.Update(out _)) _byFile.Add(file, group);
            else group = null;
        }
        _byCgroup.Add(cgroup, group); // Null is remembered too: it need not be searched for again.
    }

    /// <summary>Adds one that was sampled and has ended by SIGKILL to those that <see cref="Decide"/> decides about.</summary>
    public OomSuspect Suspect(TrackedProcess process) =>
        Suspect(new OomSuspect(process.Description.MemoryCgroup, true, process.Sample.Stat.ResidentPages));

    /// <summary>The same for one that was never sampled. It was in the control group of its parent, unless it was moved, which is what those
    /// do that execute another program for somebody (systemd, container runtimes).</summary>
    public OomSuspect Suspect(ProcessLife life, ProcessDescription? parent) =>
        Suspect(new OomSuspect((life.Known ?? parent)?.MemoryCgroup, life.Description is not null || !life.HasExecuted, 0));

    /// <summary>To be called in each tick, after all ends were seen.</summary>
    public void Decide()
    {
        if (Update() && _suspects.Count > 0) Explain();
        _suspects.Clear();
    }

    private OomSuspect Suspect(OomSuspect suspect)
    {
        _suspects.Add(suspect);
        return suspect;
    }

    private void Explain()
    {
        // Where there were fewer kills than ends: the kernel picks who has most.
        _suspects.Sort(static (a, b) => b.ResidentPages.CompareTo(a.ResidentPages));
        long unexplained = 0;
        foreach (OomSuspect suspect in _suspects)
        {
            Group? group = suspect.Cgroup is { } cgroup ? _byCgroup.GetValueOrDefault(cgroup) : null;
            suspect.WasKilled = group is { Kills: > 0 };
            if (suspect.WasKilled) group!.Kills--;
            suspect.IsElsewhere = !suspect.WasKilled && (group is null || !suspect.IsCertain);
            if (suspect.IsElsewhere) unexplained++;
        }
        // No counter of their own, or it went with its group: all of them or none, since which of them can't be known.
        if (unexplained == 0 || _elsewhere < unexplained) return;
        _elsewhere -= unexplained;
        foreach (OomSuspect suspect in _suspects) suspect.WasKilled |= suspect.IsElsewhere;
    }

    /// <returns>False if nothing can be told.</returns>
    private bool Update()
    {
        if (proc.ReadVmstat(out ProcVmstat vmstat) != ReadOutcome.Ok || vmstat.OomKills is not { } total)
        {
            signals.Refuse(Signal, "Linux 4.13 (oom_kill in /proc/vmstat)");
            return false;
        }
        ulong rise = _total is { } before && total > before ? total - before : 0;
        _total = total;
        if (rise > 0)
        {
            _elsewhere += (long)rise - (long)Refresh();
            _risen = time.GetTimestamp();
        }
        else if (_risen != 0 && time.GetElapsedTime(_risen) > Remembered)
        {
            _risen = 0;
            _elsewhere = 0;
            foreach (Group group in _byFile.Values) group.Kills = 0;
        }
        return true;
    }

    /// <summary>Reads all counters: only when one of them must have risen.</summary>
    /// <returns>By how much they rose.</returns>
    private ulong Refresh()
    {
        ulong sum = 0;
        foreach ((string file, Group group) in _byFile)
        {
            if (!group.Update(out ulong rise)) _gone.Add(file);
            sum += rise;
        }
        Forget();
        return sum;
    }

    /// <summary>Makes room, at most once a minute: it costs a call for each group.</summary>
    private void Purge()
    {
        if (_lastPurge != 0 && time.GetElapsedTime(_lastPurge) < TimeSpan.FromMinutes(1)) return;
        _lastPurge = time.GetTimestamp();
        foreach ((string file, Group group) in _byFile)
            if (!group.IsThere) _gone.Add(file);
        foreach ((string cgroup, Group? group) in _byCgroup)
            if (group is null) _byCgroup.Remove(cgroup);
        Forget();
    }

    private void Forget()
    {
        foreach (string file in _gone)
        {
            _byFile.Remove(file, out Group? removed);
            foreach ((string cgroup, Group? group) in _byCgroup)
                if (group == removed) _byCgroup.Remove(cgroup);
        }
        _gone.Clear();
    }

    /// <summary>The counter of one control group.</summary>
    private sealed class Group(string file)
    {
        private readonly byte[] _pathZ = Encoding.UTF8.GetBytes(file + "\0");
        private ulong? _count;

        /// <summary>Kills that no end has been explained by.</summary>
        public ulong Kills { get; set; }

        public bool IsThere => MemoryCgroups.ReadOomKills(_pathZ, out _) == ReadOutcome.Ok;

        /// <returns>False if it is gone.</returns>
        public bool Update(out ulong rise)
        {
            rise = 0;
            if (MemoryCgroups.ReadOomKills(_pathZ, out ulong count) != ReadOutcome.Ok) return false;
            rise = _count is { } before && count > before ? count - before : 0;
            Kills += rise;
            _count = count;
            return true;
        }
    }
}
