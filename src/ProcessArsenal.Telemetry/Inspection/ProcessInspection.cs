namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>One process in full, as it was within the time that looking took. What could not be read is null, and <see cref="Unavailable"/> says why; lists are
/// capped, and say how many were left out. Texts that the process chose are as it chose them, but for secrets.</summary>
public sealed record ProcessInspection
{
    public required string Identity { get; init; }
    public required int Pid { get; init; }

    /// <summary>When it was looked at.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Seconds that looking took.</summary>
    public double Took { get; set; }

    /// <summary>It ended meanwhile: what is here is what could be read before.</summary>
    public bool? Ended { get; set; }

    public required string Name { get; init; }
    public string? Exe { get; set; }

    /// <summary>Its executable was removed or replaced since it started.</summary>
    public bool? ExeDeleted { get; set; }

    /// <summary>What may be a secret is <c>***</c>.</summary>
    public IReadOnlyList<string>? Arguments { get; set; }

    /// <summary>There are more than are shown.</summary>
    public bool? ArgumentsTruncated { get; set; }

    /// <summary>Its working directory.</summary>
    public string? WorkingDirectory { get; set; }

    public string? User { get; set; }
    public uint? Uid { get; set; }
    public string? Group { get; set; }
    public string? State { get; set; }
    public int Nice { get; set; }
    public DateTimeOffset? StartTime { get; set; }

    /// <summary>Seconds.</summary>
    public double? Uptime { get; set; }

    public CpuUse Cpu { get; set; } = new(0, 0, null);
    public MemoryUse? Memory { get; set; }
    public ThreadList? Threads { get; set; }
    public DescriptorList? Descriptors { get; set; }
    public IReadOnlyList<LimitUse>? Limits { get; set; }
    public ControlGroupUse? Cgroup { get; set; }
    public SocketList? Sockets { get; set; }
    public Relations? Relations { get; set; }
    public Supervision? Supervisor { get; set; }

    /// <summary>By kind (mnt, net, pid, ...): those that are others than ours.</summary>
    public IReadOnlyDictionary<string, string>? OtherNamespaces { get; set; }

    /// <summary>Its pid where it lives, if that is another pid namespace.</summary>
    public int? PidInside { get; set; }

    public IReadOnlyList<EnvironmentVariable>? Environment { get; set; }

    /// <summary>Variables that are not shown for their number.</summary>
    public int? EnvironmentOmitted { get; set; }

    public DotnetFacts? Dotnet { get; set; }
    public IReadOnlyList<Recommendation>? Recommendations { get; set; }
    public IReadOnlyList<Unavailable>? Unavailable { get; set; }
}

/// <param name="UserTime">Seconds in user mode.</param>
/// <param name="SystemTime">Seconds in kernel mode.</param>
/// <param name="Cores">In use at the latest sample.</param>
public sealed record CpuUse(double UserTime, double SystemTime, double? Cores);

/// <summary>Bytes.</summary>
public sealed record MemoryUse
{
    public double? Resident { get; init; }

    /// <summary>Shared pages divided by those who map them (PSS).</summary>
    public double? Proportional { get; init; }

    /// <summary>Mapped by nobody else (USS).</summary>
    public double? Unique { get; init; }

    public double? Swap { get; init; }
    public double? Anonymous { get; init; }
    public double? File { get; init; }
    public double? Shared { get; init; }

    /// <summary>Address space.</summary>
    public double? Virtual { get; init; }
}

/// <param name="Count">All there are.</param>
/// <param name="States">How many are in each state, of those that were looked at.</param>
/// <param name="List">Those that used most CPU first.</param>
/// <param name="Omitted">How many are not listed; null: none.</param>
public sealed record ThreadList(int Count, IReadOnlyDictionary<string, int> States, IReadOnlyList<ThreadUse> List, int? Omitted);

/// <param name="WaitsIn">Kernel function that it waits in; null if it runs or that is not told.</param>
/// <param name="CpuTime">Seconds.</param>
public sealed record ThreadUse(int Tid, string Name, string? State, string? WaitsIn, double CpuTime);

/// <param name="Count">All there are; null if that is not told.</param>
/// <param name="Kinds">How many there are of each kind, of those that were looked at.</param>
/// <param name="List">In the order of their numbers.</param>
/// <param name="Omitted">How many are not listed; null: none.</param>
public sealed record DescriptorList(int? Count, IReadOnlyDictionary<string, int>? Kinds, IReadOnlyList<DescriptorUse>? List, int? Omitted);

/// <param name="Kind">file, directory is a file too, device, socket, pipe, eventfd, eventpoll, timerfd, inotify, signalfd, memfd, ...</param>
/// <param name="Target">As the kernel names it.</param>
public sealed record DescriptorUse(int Fd, string Kind, string Target);

/// <param name="Soft">Null: unlimited.</param>
/// <param name="Hard">Null: unlimited.</param>
/// <param name="Used">Null if that is not told.</param>
public sealed record LimitUse(string Name, ulong? Soft, ulong? Hard, string? Unit, double? Used)
{
    /// <summary>Of the soft limit; null if there is none.</summary>
    public double? Ratio => Used is { } used && Soft is > 0 and var soft ? Math.Round(used / soft, 4) : null;
}

/// <summary>Its control group.</summary>
public sealed record ControlGroupUse
{
    public required string Path { get; init; }

    /// <summary>systemd's service or scope.</summary>
    public string? Unit { get; init; }

    public string? Container { get; init; }

    /// <summary>Bytes that the group uses.</summary>
    public ulong? Memory { get; init; }

    /// <summary>Bytes that it may use; null: no limit of its own.</summary>
    public ulong? MemoryLimit { get; init; }

    /// <summary>Tasks in it.</summary>
    public ulong? Tasks { get; init; }

    public ulong? TasksLimit { get; init; }

    /// <summary>Cores that it may use; null: no limit of its own.</summary>
    public double? CpuLimit { get; init; }

    /// <summary>Seconds that processes were kept from running by the lowest limit on CPU, of this group or one above.</summary>
    public double? CpuThrottled { get; init; }

    /// <summary>The limits that leave least, of this group and those above it, by resource: memory (bytes), tasks, cpu (cores). Those above hold too.</summary>
    public IReadOnlyDictionary<string, GroupLimit>? Tightest { get; init; }

    /// <summary>Share of the last 10 s in which some task of the group waited, by resource: cpu, memory, io.</summary>
    public IReadOnlyDictionary<string, double>? Pressure { get; init; }
}

/// <param name="Cgroup">Whose limit it is.</param>
/// <param name="Used">Of it, by all that are in that group; null if that is not told.</param>
public sealed record GroupLimit(string Cgroup, double Limit, double? Used);

/// <param name="Count">All that its descriptors lead to, those that are not listed too.</param>
/// <param name="Omitted">How many are not listed, for their number or as they are neither of TCP or UDP nor unix sockets; null: none.</param>
public sealed record SocketList(int Count, IReadOnlyList<SocketUse> List, int? Omitted);

/// <param name="Fd">The descriptor that leads to it; of several, the lowest.</param>
/// <param name="ReceiveQueue">Bytes that wait to be read; of one that listens, connections that wait.</param>
/// <param name="SendQueue">Bytes that the other end has not acknowledged, of a unix socket not read.</param>
/// <param name="Peer">Who holds the other end, if that is a process of this host; of several, one.</param>
public sealed record SocketUse(int Fd, string Protocol, string State, string? Local, string? Remote, uint? ReceiveQueue, uint? SendQueue, Relative? Peer);

/// <summary>Who it belongs to.</summary>
public sealed record Relations
{
    public int ParentPid { get; init; }
    public int Session { get; init; }
    public int ProcessGroup { get; init; }

    /// <summary>From its parent up to the first process.</summary>
    public IReadOnlyList<Relative> Ancestors { get; init; } = [];

    public int ChildCount { get; init; }

    /// <summary>At most 50.</summary>
    public IReadOnlyList<Relative> Children { get; init; } = [];
}

public sealed record Relative(string Identity, int Pid, string Name);

/// <summary>Who starts it again when it ends.</summary>
/// <param name="Kind">systemd, container, init, parent or none.</param>
/// <param name="Name">Of the unit, the container or the process.</param>
/// <param name="Evidence">Why that is thought.</param>
/// <param name="Restart">How it is started again, as a command; null if nothing is known.</param>
public sealed record Supervision(string Kind, string? Name, string Evidence, string? Restart);

/// <param name="Value">Null where it may be a secret.</param>
/// <param name="Length">Characters.</param>
public sealed record EnvironmentVariable(string Name, string? Value, int Length);

/// <summary>What its runtime says.</summary>
public sealed record DotnetFacts(string? Version, string? EntryAssembly, string? Architecture);

/// <param name="What">What is remarkable, with figures.</param>
/// <param name="Advice">What to do: a command or a setting.</param>
public sealed record Recommendation(string What, string Advice);

/// <param name="What">Which part is missing.</param>
/// <param name="Needs">What it takes.</param>
public sealed record Unavailable(string What, string Needs);
