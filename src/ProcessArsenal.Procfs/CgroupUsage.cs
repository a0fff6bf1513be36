namespace ProcessArsenal.Procfs;

/// <summary>What a control group uses and may use (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst): by its own files, and the limits of those
/// above it where they are nearer. Null is not told, or no limit.</summary>
public sealed record CgroupUsage
{
    public ulong? MemoryBytes { get; private init; }

    /// <summary>Its own.</summary>
    public ulong? MemoryLimitBytes { get; private init; }

    public ulong? Tasks { get; private init; }

    /// <summary>Its own.</summary>
    public ulong? TasksLimit { get; private init; }

    /// <summary>Its own, cores.</summary>
    public double? CpuLimit { get; private init; }

    /// <summary>Time that processes were kept from running by the limit on CPU, its own or, where that is lower, one above.</summary>
    public TimeSpan? CpuThrottled { get; private init; }

    /// <summary>The limit on memory that leaves least, bytes: its own or one above.</summary>
    public CgroupLimit? TightestMemory { get; private init; }

    /// <summary>The limit on tasks that leaves least.</summary>
    public CgroupLimit? TightestTasks { get; private init; }

    /// <summary>The lowest limit on CPU, cores.</summary>
    public CgroupLimit? TightestCpu { get; private init; }

    public ProcPressure? Cpu { get; private init; }
    public ProcPressure? Memory { get; private init; }
    public ProcPressure? Io { get; private init; }

    /// <summary>Reads it.</summary>
    /// <returns>Null if none of its directories can be seen from here.</returns>
    public static CgroupUsage? Read(CgroupMounts mounts, ProcCgroup cgroup)
    {
        string? unified = DirectoryOf(mounts.Unified, cgroup.Unified), memory = DirectoryOf(mounts.Memory, cgroup.Memory);
        string? pids = DirectoryOf(mounts.Pids, cgroup.Pids), cpu = DirectoryOf(mounts.Cpu, cgroup.Cpu);
        if (unified is null && memory is null && pids is null && cpu is null) return null;
        string? pressure = cgroup.Unified == "/" ? null : unified; // That of the root is the whole machine's.
        CgroupLimit? tightestCpu = CgroupLimit.OfCpu(mounts, cgroup);
        ulong? limit = memory is null ? CgroupFile.Number($"{unified}/memory.max") : CgroupFile.Number($"{memory}/memory.limit_in_bytes");
        return new CgroupUsage
        {
            MemoryBytes = memory is null ? CgroupFile.Number($"{unified}/memory.current") : CgroupFile.Number($"{memory}/memory.usage_in_bytes"),
            MemoryLimitBytes = limit >= CgroupLimit.NoLimit ? null : limit,
            Tasks = CgroupFile.Number($"{pids ?? unified}/pids.current"),
            TasksLimit = CgroupFile.Number($"{pids ?? unified}/pids.max"),
            CpuLimit = cpu is null ? CgroupFile.Quota($"{unified}/cpu.max") : CgroupLimit.QuotaV1(cpu),
            CpuThrottled = Throttled(tightestCpu?.Directory ?? cpu ?? unified, isV1: cpu is not null),
            TightestMemory = CgroupLimit.OfMemory(mounts, cgroup),
            TightestTasks = CgroupLimit.OfTasks(mounts, cgroup),
            TightestCpu = tightestCpu,
            Cpu = pressure is null ? null : CgroupFile.Pressure($"{pressure}/cpu.pressure"),
            Memory = pressure is null ? null : CgroupFile.Pressure($"{pressure}/memory.pressure"),
            Io = pressure is null ? null : CgroupFile.Pressure($"{pressure}/io.pressure"),
        };
    }

    /// <summary>Parses cpu.max: microseconds of CPU, or <c>max</c>, in a period of microseconds.</summary>
    public static double? ParseQuota(ReadOnlySpan<byte> text)
    {
        var s = new Utf8Scanner(text);
        return s.TryReadUInt64(out ulong quota) && s.TryReadUInt64(out ulong period) && period > 0 ? quota / (double)period : null;
    }

    private static string? DirectoryOf(CgroupMount? mount, string? cgroup) => cgroup is null ? null : mount?.DirectoryOf(cgroup);

    private static TimeSpan? Throttled(string? directory, bool isV1)
    {
        if (isV1) return CgroupFile.Keyed($"{directory}/cpu.stat", "throttled_time"u8) is { } nanoseconds ? TimeSpan.FromTicks((long)(nanoseconds / 100)) : null;
        return CgroupFile.Keyed($"{directory}/cpu.stat", "throttled_usec"u8) is { } microseconds ? TimeSpan.FromMicroseconds(microseconds) : null;
    }
}
