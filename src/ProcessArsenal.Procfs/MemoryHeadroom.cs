using System.Text;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>How much memory the processes of a control group may still take: what its limit, or the nearest of those above it, leaves
/// (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst).</summary>
public sealed class MemoryHeadroom(CgroupMounts mounts)
{
    /// <summary>Deeper than any hierarchy that is in use; each level costs some calls.</summary>
    private const int MostLevels = 32;

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
        if (mount.DirectoryOf(cgroup) is not { } directory) return null;
        ulong? least = null;
        for (int level = 0; level < MostLevels && directory.Length >= mount.Path.Length; level++)
        {
            if (Of(directory, files) is { } room && !(room >= least)) least = room;
            directory = directory[..Math.Max(0, directory.LastIndexOf('/'))];
        }
        return least;
    }

    private static ulong? Of(string directory, Files files)
    {
        ulong? limit = null;
        foreach (string name in files.Limits)
            if (Number($"{directory}/{name}") is { } value && !(value >= limit)) limit = value;
        if (limit is not { } most || Number($"{directory}/{files.Usage}") is not { } usage) return null;
        ulong used = usage - Math.Min(usage, Inactive($"{directory}/memory.stat", files.InactiveKey));
        return most - Math.Min(most, used);
    }

    /// <summary>Null if there is no such file, or it has the word <c>max</c>.</summary>
    private static ulong? Number(string path)
    {
        Span<byte> buffer = stackalloc byte[64];
        if (ProcFile.Read(Libc.AT_FDCWD, Encoding.UTF8.GetBytes(path + "\0"), buffer, out int length) != ReadOutcome.Ok) return null;
        var text = new Utf8Scanner(buffer[..length]);
        return text.TryReadUInt64(out ulong value) ? value : null;
    }

    private static ulong Inactive(string path, string key)
    {
        Span<byte> buffer = stackalloc byte[8192];
        return ProcFile.Read(Libc.AT_FDCWD, Encoding.UTF8.GetBytes(path + "\0"), buffer, out int length) == ReadOutcome.Ok
            && FlatKeyed.TryFind(buffer[..length], Encoding.UTF8.GetBytes(key), out ulong value) ? value : 0;
    }

    private sealed record Files(string[] Limits, string Usage, string InactiveKey);
}
