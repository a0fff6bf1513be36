using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Compatibility;

/// <summary>The threads of one process, as last read, in ascending order of thread id.</summary>
internal sealed class MemberThreads
{
    private ThreadEntry[] _entries = [];
    private int _count;
    private GroupThreads? _group;

    /// <summary>Whether they were read at all.</summary>
    public bool WereRead { get; private set; }

    public ReadOnlySpan<ThreadEntry> Entries => _entries.AsSpan(0, _count);

    /// <summary>Context switches of all threads, sums of increments: for where taskstats does not tell them.</summary>
    public ulong Voluntary { get; set; }

    /// <inheritdoc cref="Voluntary"/>
    public ulong Involuntary { get; set; }

    /// <summary>The same as taskstats would tell it; null while nothing could be read.</summary>
    public TaskAccounting? Switches =>
        WereRead && (_count == 0 || _entries[0].HasSwitches) ? new TaskAccounting { VoluntarySwitches = Voluntary, InvoluntarySwitches = Involuntary } : null;

    /// <summary>Threads that were not read as there are too many.</summary>
    public int Unread { get; private set; }

    /// <summary>Takes over what was read.</summary>
    public void Replace(ReadOnlySpan<ThreadEntry> entries, int unread)
    {
        if (_entries.Length < entries.Length) _entries = new ThreadEntry[entries.Length + entries.Length / 4];
        entries.CopyTo(_entries);
        if (_count > entries.Length) _entries.AsSpan(entries.Length, _count - entries.Length).Clear();
        _count = entries.Length;
        Unread = unread;
        WereRead = true;
    }

    /// <summary>Moves the threads to another group's accounts, and away from accounts that have left.</summary>
    public void JoinGroup(GroupThreads group)
    {
        foreach (ref ThreadEntry entry in _entries.AsSpan(0, _count))
        {
            if (entry.Name is { } name && (_group != group || name.HasLeft)) entry.Name = group.Name(name.Name);
            if (entry.Channel is { } channel && (_group != group || channel.HasLeft)) entry.Channel = group.Channel(channel.Name);
        }
        _group = group;
    }

    /// <summary>Counts the threads of this tick.</summary>
    public void CountIn(GroupState group, byte stateOfProcess)
    {
        if (!WereRead) group.Count(NamedGroupMetrics.States, ThreadStates.IndexOf(stateOfProcess));
        foreach (ref readonly ThreadEntry entry in Entries)
        {
            group.Count(NamedGroupMetrics.States, ThreadStates.IndexOf(_count == 1 ? stateOfProcess : entry.State));
            if (entry.Channel is not null) entry.Channel.Count++;
            if (entry.Name is not { } name) continue;
            name.Count++;
            if (!entry.HasIo) name.WithoutIo++;
        }
    }
}
