using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Compatibility;

/// <summary>Reads the threads of a process, and credits what each used since it was last read to the account of its name. It opens four files per
/// thread, which is what process-exporter costs too, so it is there for its families only.</summary>
internal sealed class ThreadReader
{
    /// <summary>Threads of one process that are read at most.</summary>
    public const int MaxThreads = 4096;

    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly List<int> _ids = [];
    private ThreadEntry[] _entries = new ThreadEntry[16];

    /// <param name="group">The group's threads.</param>
    /// <param name="credit">False: what they used so far was used before anybody watched.</param>
    public void Read(in ProcessSample sample, ProcessDirectory directory, MemberThreads threads, GroupThreads group, bool credit)
    {
        bool several = sample.Stat.Threads > 1;
        int total = 1;
        if (several)
        {
            if (directory.ListThreads(_buffer, _ids, MaxThreads, out total) != ReadOutcome.Ok) return;
        }
        else
        {
            _ids.Clear();
            _ids.Add(directory.Pid);
        }
        if (_entries.Length < _ids.Count) _entries = new ThreadEntry[_ids.Count * 2];

        ReadOnlySpan<ThreadEntry> known = threads.Entries;
        int count = 0;
        foreach (int id in _ids)
        {
            while (!known.IsEmpty && known[0].Id < id) known = known[1..];
            ThreadEntry before = !known.IsEmpty && known[0].Id == id ? known[0] : default;
            ref ThreadEntry entry = ref _entries[count];
            entry = new ThreadEntry { Id = id };
            bool wasThere = several ? ReadAll(sample, directory, ref entry, before, group, credit) : ReadOnly(sample, directory, ref entry, before, credit);
            if (!wasThere) continue;
            CountSwitches(threads, entry, before, credit);
            entry.Channel = ChannelOf(directory, entry, before, group);
            count++;
        }
        // None left: it ends just now, and what was read before is the last that is known.
        if (count > 0) threads.Replace(_entries.AsSpan(0, count), total - _ids.Count);
        _entries.AsSpan(0, count).Clear();
    }

    /// <summary>One of several threads.</summary>
    /// <returns>False if it is gone.</returns>
    private bool ReadAll(
        in ProcessSample sample, ProcessDirectory directory, ref ThreadEntry entry, ThreadEntry before, GroupThreads group, bool credit)
    {
        if (directory.ReadThreadStat(entry.Id, _buffer, out ProcStat stat, out ReadOnlySpan<byte> name) != ReadOutcome.Ok) return false;
        if (before.StartTicks != stat.StartTicks) before = default; // Another thread has the number now.
        bool isNew = before.Id == 0;
        entry.StartTicks = stat.StartTicks;
        entry.State = stat.State;
        entry.NameHash = stat.NameHash;
        ThreadName account = before.Name is { HasLeft: false } same && before.NameHash == stat.NameHash ? same : group.Name(name);
        entry.Name = account;
        ThreadCounters now = default;
        now[ThreadCounter.UserTicks] = stat.UserTicks;
        now[ThreadCounter.SystemTicks] = stat.SystemTicks;
        now[ThreadCounter.MajorFaults] = stat.MajorFaults;
        now[ThreadCounter.MinorFaults] = stat.MinorFaults;
        entry.HasTimes = true;
        if (directory.ReadThreadIo(entry.Id, _buffer, out ProcIo io) == ReadOutcome.Ok)
        {
            entry.HasIo = true;
            now[ThreadCounter.ReadBytes] = io.ReadBytes;
            now[ThreadCounter.WriteBytes] = io.WriteBytes;
        }
        ReadSwitches(directory, ref entry, ref now);
        for (int i = 0; i < ThreadCounters.Length; i++)
        {
            bool has = ThreadCounter.IsIo(i) ? entry.HasIo : !ThreadCounter.IsSwitches(i) || entry.HasSwitches;
            bool had = ThreadCounter.IsIo(i) ? before.HasIo : ThreadCounter.IsSwitches(i) ? before.HasSwitches : before.HasTimes;
            entry.Highest[i] = Math.Max(before.Highest[i], now[i]);
            if (has && (had || (isNew && credit))) account.Totals[i] += entry.Highest[i] - before.Highest[i];
        }
        return true;
    }

    /// <summary>The only thread: its process's sample tells all of it but the context switches, and those only where taskstats does.</summary>
    private bool ReadOnly(in ProcessSample sample, ProcessDirectory directory, ref ThreadEntry entry, ThreadEntry before, bool credit)
    {
        entry.StartTicks = sample.Stat.StartTicks;
        entry.State = sample.Stat.State;
        entry.NameHash = sample.Stat.NameHash;
        if (sample.Accounting is null) ReadSwitches(directory, ref entry, ref entry.Highest);
        for (int i = ThreadCounter.Voluntary; i <= ThreadCounter.Involuntary; i++) entry.Highest[i] = Math.Max(entry.Highest[i], before.Highest[i]);
        return true;
    }

    private void ReadSwitches(ProcessDirectory directory, ref ThreadEntry entry, ref ThreadCounters now)
    {
        if (directory.ReadThreadSwitches(entry.Id, _buffer, out ProcTaskSwitches switches) != ReadOutcome.Ok) return;
        entry.HasSwitches = true;
        now[ThreadCounter.Voluntary] = switches.Voluntary;
        now[ThreadCounter.Involuntary] = switches.Involuntary;
    }

    private static void CountSwitches(MemberThreads threads, in ThreadEntry entry, ThreadEntry before, bool credit)
    {
        if (before.StartTicks != entry.StartTicks) before = default;
        if (!entry.HasSwitches || (!before.HasSwitches && !(credit && before.Id == 0))) return;
        threads.Voluntary += entry.Highest[ThreadCounter.Voluntary] - before.Highest[ThreadCounter.Voluntary];
        threads.Involuntary += entry.Highest[ThreadCounter.Involuntary] - before.Highest[ThreadCounter.Involuntary];
    }

    private WaitChannel? ChannelOf(ProcessDirectory directory, in ThreadEntry entry, in ThreadEntry before, GroupThreads group)
    {
        if (directory.ReadThreadWaitChannel(entry.Id, _buffer, out ReadOnlySpan<byte> name) != ReadOutcome.Ok) return null;
        return group.Channel(name);
    }
}
