using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Analysis;

/// <summary>Plays a recording into a tree of fixtures, again from its start when it is over: counters go on rising, those that were there all the time live on, and
/// those that came and went do so again, as new processes.</summary>
internal sealed class ReplayedHost
{
    /// <summary>Which values only rise: faults, ticks, bytes, nanoseconds.</summary>
    private static readonly bool[] IsCounter = [true, true, true, true, false, false, false, false, true, true, true, true];

    private readonly HostRecording _recording;
    private readonly FixtureProc _proc;
    private readonly HashSet<int> _residents;
    private readonly Dictionary<int, (char State, ulong[] Values)> _now = [];
    private readonly Dictionary<int, ulong[]> _past = [];
    private readonly Dictionary<int, RecordedProcess> _known = [];
    private readonly HashSet<int> _dirty = [], _new = [], _written = [];
    private readonly ulong _began;
    private int _next;

    public ReplayedHost(HostRecording recording, FixtureProc proc, ulong now)
    {
        (_recording, _proc, _began) = (recording, proc, now);
        _residents = [.. recording.Samples[0].Begun.Select(static process => process.Pid)];
        _residents.ExceptWith(recording.Samples.SelectMany(static sample => sample.Ended));
    }

    /// <summary>How many processes began after the first sample.</summary>
    public int Starts { get; private set; }

    /// <summary>Goes on by one sample.</summary>
    public void Advance()
    {
        if (_next == _recording.Ticks) Rewind();
        HostSample sample = _recording.Samples[_next++];
        foreach (int pid in sample.Ended) End(pid);
        foreach (RecordedProcess process in sample.Begun)
        {
            if (_residents.Contains(process.Pid) && _known.ContainsKey(process.Pid)) continue; // It lives on.
            if (_known.ContainsKey(process.Pid)) End(process.Pid);
            _known[process.Pid] = process;
            _new.Add(process.Pid);
            if (_next > 1) Starts++;
        }
        foreach ((int pid, char state, ulong[] values) in sample.Changed)
        {
            _now[pid] = (state, values);
            _dirty.Add(pid);
        }
    }

    /// <summary>Writes what has changed.</summary>
    /// <param name="now">Clock ticks since boot.</param>
    public void Write(ulong now)
    {
        bool isFirst = _written.Count == 0;
        foreach (int pid in _dirty)
        {
            if (!_known.TryGetValue(pid, out RecordedProcess? process) || !_now.TryGetValue(pid, out (char State, ulong[] Values) value)) continue;
            ulong[] past = _past.GetValueOrDefault(pid) ?? new ulong[IsCounter.Length];
            ulong[] sums = [.. value.Values.Zip(past, static (one, other) => one + other)];
            bool isNew = _new.Remove(pid);
            if (isNew && _written.Remove(pid)) _proc.Exit(pid);
            ProcessFixture fixture = null!;
            if (isNew) _proc.Process(pid, p => fixture = Fill(p, process, sums, value.State, isFirst ? _began - 90_000 : now - 100));
            else _proc.Update(pid, p => fixture = Fill(p, process, sums, value.State, start: null));
            _written.Add(pid);
        }
        _dirty.Clear();
    }

    private static ProcessFixture Fill(ProcessFixture p, RecordedProcess process, ulong[] v, char state, ulong? start)
    {
        bool isKernel = process.Executable.Length == 0 && v[5] == 0;
        (p.Name, p.ParentPid, p.ProcessGroup, p.Session, p.State) = (process.Name, process.ParentPid, process.ProcessGroup, process.Session, state);
        (p.EffectiveUserId, p.RealUserId, p.OpenFilesSoft) = (process.UserId, process.UserId, process.DescriptorLimit);
        if (start is { } ticks) p.StartTicks = ticks;
        (p.HasMemory, p.Executable, p.Arguments) = (!isKernel && state != 'Z', process.Executable.Length > 0 ? process.Executable : null, isKernel ? [] : [process.Executable]);
        if (isKernel) p.Flags |= 0x200000; // PF_KTHREAD
        (p.MinorFaults, p.MajorFaults, p.UserTicks, p.SystemTicks, p.Threads) = (v[0], v[1], v[2], v[3], (int)v[4]);
        (p.VirtualBytes, p.ResidentPages) = (v[5] * 4096, (long)v[6]);
        p.Descriptors = [.. Enumerable.Repeat("/dev/null", (int)v[7])];
        (p.ReadBytes, p.WriteBytes, p.RunNanoseconds, p.WaitNanoseconds) = (v[8], v[9], v[10], v[11]);
        return p;
    }

    private void End(int pid)
    {
        _known.Remove(pid);
        _now.Remove(pid);
        _past.Remove(pid);
        _dirty.Remove(pid);
        _new.Remove(pid);
        if (_written.Remove(pid)) _proc.Exit(pid);
    }

    /// <summary>What counters have by now is what they go on from.</summary>
    private void Rewind()
    {
        _next = 0;
        foreach (int pid in _known.Keys.ToArray())
        {
            if (!_residents.Contains(pid))
            {
                End(pid);
                continue;
            }
            (_, ulong[] last) = _now[pid];
            ulong[] first = _recording.Samples[0].Changed.Find(change => change.Pid == pid).Values;
            ulong[] past = _past.GetValueOrDefault(pid) ?? new ulong[IsCounter.Length];
            for (int i = 0; i < past.Length; i++)
                if (IsCounter[i]) past[i] += last[i] - first[i];
            _past[pid] = past;
        }
    }
}
