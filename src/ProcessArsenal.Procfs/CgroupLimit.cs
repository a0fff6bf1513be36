namespace ProcessArsenal.Procfs;

/// <summary>A limit of a control group, or of one above it, which holds for those below too.</summary>
/// <param name="Cgroup">Whose it is.</param>
/// <param name="Limit">Bytes, tasks or cores.</param>
/// <param name="Used">Of it; null if that is not told.</param>
public sealed record CgroupLimit(string Cgroup, double Limit, double? Used)
{
    /// <summary>Where its files are.</summary>
    internal string? Directory { get; init; }

    public bool Equals(CgroupLimit? other) => other is not null && (Cgroup, Limit, Used) == (other.Cgroup, other.Limit, other.Used);

    public override int GetHashCode() => HashCode.Combine(Cgroup, Limit, Used);

    /// <summary>v1 tells "no limit" as the largest multiple of a page.</summary>
    internal const ulong NoLimit = 1UL << 62;

    /// <summary>The limit on memory, in bytes, that leaves least; null: there is none that we can see.</summary>
    public static CgroupLimit? OfMemory(CgroupMounts mounts, ProcCgroup cgroup) => mounts.Memory is not null
        ? Tightest(mounts.Memory, cgroup.Memory, static at => CgroupFile.Number($"{at}/memory.limit_in_bytes") is < NoLimit and var bytes ? bytes : null, static at => CgroupFile.Number($"{at}/memory.usage_in_bytes"))
        : Tightest(mounts.Unified, cgroup.Unified, static at => CgroupFile.Number($"{at}/memory.max"), static at => CgroupFile.Number($"{at}/memory.current"));

    /// <summary>The limit on tasks that leaves least.</summary>
    public static CgroupLimit? OfTasks(CgroupMounts mounts, ProcCgroup cgroup) => Tightest(
        mounts.Pids ?? mounts.Unified, mounts.Pids is null ? cgroup.Unified : cgroup.Pids, static at => CgroupFile.Number($"{at}/pids.max"), static at => CgroupFile.Number($"{at}/pids.current"));

    /// <summary>The lowest limit on CPU, in cores.</summary>
    public static CgroupLimit? OfCpu(CgroupMounts mounts, ProcCgroup cgroup) => mounts.Cpu is not null
        ? Tightest(mounts.Cpu, cgroup.Cpu, QuotaV1, static _ => null) : Tightest(mounts.Unified, cgroup.Unified, static at => CgroupFile.Quota($"{at}/cpu.max"), static _ => null);

    internal static double? QuotaV1(string directory) =>
        CgroupFile.Number($"{directory}/cpu.cfs_quota_us") is { } quota && CgroupFile.Number($"{directory}/cpu.cfs_period_us") is > 0 and var period ? quota / (double)period : null;

    private static CgroupLimit? Tightest(CgroupMount? mount, string? cgroup, Func<string, double?> limitAt, Func<string, double?> usedAt)
    {
        if (mount is null || cgroup is null) return null;
        CgroupLimit? tightest = null;
        foreach ((string name, string directory) in mount.LevelsOf(cgroup))
        {
            if (limitAt(directory) is not { } limit) continue;
            double? used = usedAt(directory);
            if (tightest is null || limit - (used ?? 0) < tightest.Limit - (tightest.Used ?? 0)) tightest = new CgroupLimit(name, limit, used) { Directory = directory };
        }
        return tightest;
    }
}
