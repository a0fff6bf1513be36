using System.Text;

namespace ProcessArsenal.Procfs;

/// <summary>How much memory the processes of a control group may still take: what its limit, or the nearest of those above it, leaves
/// (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst).</summary>
public sealed class MemoryHeadroom(CgroupMounts mounts)
{
    private static readonly Files V1 = new(["memory.limit_in_bytes"], "memory.usage_in_bytes", "total_inactive_file");
    private static readonly Files V2 = new(["memory.max", "memory.high"], "memory.current", "inactive_file");

    /// <summary>Bytes; null if there is no limit that we can see. What is cached of files and was not used lately counts as free.</summary>
    public ulong? BytesOf(ProcCgroup cgroup)
    {
        // A host that has the v1 hierarchy has no memory controller in v2, even if that is mounted too.
        if (mounts.Memory is { } memory) return cgroup.Memory is { } path ? Least(memory, path, V1) : null;
        return mounts.Unified is { } unified && cgroup.Unified is { } group ? Least(unified, group, V2) : null;
    }

    private static ulong? Least(CgroupMount mount, string cgroup, Files files)
    {
        ulong? least = null;
        foreach ((_, string directory) in mount.LevelsOf(cgroup))
            if (Of(directory, files) is { } room && !(room >= least)) least = room;
        return least;
    }

    private static ulong? Of(string directory, Files files)
    {
        ulong? limit = null;
        foreach (string name in files.Limits)
            if (CgroupFile.Number($"{directory}/{name}") is { } value && !(value >= limit)) limit = value;
        if (limit is not { } most || CgroupFile.Number($"{directory}/{files.Usage}") is not { } usage) return null;
        ulong used = usage - Math.Min(usage, CgroupFile.Keyed($"{directory}/memory.stat", Encoding.UTF8.GetBytes(files.InactiveKey)) ?? 0);
        return most - Math.Min(most, used);
    }

    private sealed record Files(string[] Limits, string Usage, string InactiveKey);
}
