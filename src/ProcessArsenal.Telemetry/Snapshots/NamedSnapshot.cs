using ProcessArsenal.Telemetry.Compatibility;

namespace ProcessArsenal.Telemetry.Snapshots;

/// <summary>The part of a snapshot that is for process-exporter's families. Its arrays are used again, as the snapshot's own.</summary>
internal sealed class NamedSnapshot
{
    private GroupRow[] _groups = [];
    private double[] _values = [];
    private ThreadRow[] _threads = [];
    private ChannelRow[] _channels = [];
    private int _groupCount;
    private int _threadCount;
    private int _channelCount;

    /// <summary>Whether the families are wanted.</summary>
    public bool IsOn { get; private set; }

    public ReadOnlySpan<GroupRow> Groups => _groups.AsSpan(0, _groupCount);

    public ReadOnlySpan<ThreadRow> Threads => _threads.AsSpan(0, _threadCount);

    public ReadOnlySpan<ChannelRow> Channels => _channels.AsSpan(0, _channelCount);

    /// <summary>Times that a process was put into the group of the rest because there were too many groups.</summary>
    public long GroupsFolded { get; set; }

    /// <summary>Groups without processes that left before their time, as another needed the place.</summary>
    public long GroupsEvicted { get; set; }

    /// <summary>Times that a thread was not read, or not counted by its name, because there were too many.</summary>
    public long ThreadsFolded { get; set; }

    /// <summary>Times that a member could be read in part only.</summary>
    public long PartialErrors { get; set; }

    /// <summary>Times that a process could not be read.</summary>
    public long ReadErrors { get; set; }

    /// <summary>One value of one group; NaN is absent.</summary>
    public double Value(int group, int slot) => _values[group * NamedGroupMetrics.Set.GroupSlots + slot];

    public void Clear()
    {
        IsOn = false;
        // What was there keeps nothing alive: rows hold references.
        _groups.AsSpan(0, _groupCount).Clear();
        _threads.AsSpan(0, _threadCount).Clear();
        _channels.AsSpan(0, _channelCount).Clear();
        _groupCount = _threadCount = _channelCount = 0;
    }

    /// <summary>Makes room for groups, and empties the rest.</summary>
    public void Begin(int groups)
    {
        Clear();
        IsOn = true;
        if (_groups.Length >= groups) return;
        _groups = new GroupRow[groups + groups / 4 + 16];
        _values = new double[_groups.Length * NamedGroupMetrics.Set.GroupSlots];
    }

    public Span<double> AddGroup(in GroupRow row)
    {
        int index = _groupCount++;
        _groups[index] = row;
        return _values.AsSpan(index * NamedGroupMetrics.Set.GroupSlots, NamedGroupMetrics.Set.GroupSlots);
    }

    public void Add(ThreadName name)
    {
        if (_threadCount == _threads.Length) Array.Resize(ref _threads, _threadCount * 2 + 16);
        _threads[_threadCount++] = new ThreadRow(name.Labels, name.Count, name.Totals, name.WithoutIo == 0);
    }

    public void Add(WaitChannel channel)
    {
        if (_channelCount == _channels.Length) Array.Resize(ref _channels, _channelCount * 2 + 16);
        _channels[_channelCount++] = new ChannelRow(channel.Labels, channel.Count);
    }
}

/// <summary>Threads of a group by their name.</summary>
/// <param name="Labels">Encoded for a page.</param>
/// <param name="Totals">Counters in raw units.</param>
/// <param name="HasIo">Whether the I/O of each of them could be read.</param>
internal readonly record struct ThreadRow(byte[] Labels, int Count, ThreadCounters Totals, bool HasIo);

/// <summary>Threads of a group by what they wait in.</summary>
internal readonly record struct ChannelRow(byte[] Labels, int Count);
