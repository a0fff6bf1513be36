using ProcessArsenal.Telemetry.Grouping;

namespace ProcessArsenal.Telemetry.Compatibility;

/// <summary>The account of all threads of a group that have, or had, one name. Its counters outlive the threads that made them.</summary>
internal sealed class ThreadName(GroupKey group, string name)
{
    /// <summary>The name; chosen by the thread.</summary>
    public string Name { get; } = name;

    /// <summary>Labels of its series, encoded.</summary>
    public byte[] Labels { get; } = GroupThreads.Encode(group, "threadname", name);

    /// <summary>Sums of increments.</summary>
    public ThreadCounters Totals;

    /// <summary>Threads in this tick.</summary>
    public int Count { get; set; }

    /// <summary>Threads in this tick whose I/O could not be read: there is no sum without it.</summary>
    public int WithoutIo { get; set; }

    /// <summary>When it last had a thread: <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long LastSeen { get; set; }

    /// <summary>No longer in its group: whoever still points at it must ask again.</summary>
    public bool HasLeft { get; set; }
}

/// <summary>The threads of a group that wait in one function of the kernel.</summary>
internal sealed class WaitChannel(GroupKey group, string name)
{
    public string Name { get; } = name;

    /// <summary>Labels of its series, encoded.</summary>
    public byte[] Labels { get; } = GroupThreads.Encode(group, "wchan", name);

    /// <summary>Threads in this tick.</summary>
    public int Count { get; set; }

    /// <inheritdoc cref="ThreadName.LastSeen"/>
    public long LastSeen { get; set; }

    /// <inheritdoc cref="ThreadName.HasLeft"/>
    public bool HasLeft { get; set; }
}
