using System.Text;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>How many processes of a memory control group the kernel has killed as memory ran out. Reading it takes no lock that a
/// process could hold: it is a few atomic counters (mm/memcontrol.c).</summary>
public sealed class MemoryCgroups(CgroupMounts mounts)
{
    /// <summary>Deeper than any hierarchy that is in use; each level costs a call.</summary>
    private const int MostLevels = 32;

    /// <summary>The file that counts the kills among the processes of just this group. Null if there is none: in the root of v2, before
    /// Linux 4.13 (v2) and 4.17 (v1), and where the group is out of our sight.</summary>
    public string? Locate(string cgroup)
    {
        // v1: every group of the hierarchy has memory.oom_control, and its counter is the group's own.
        if (mounts.Memory is { } memory)
            return memory.DirectoryOf(cgroup) is { } folder && Counts(folder + "/memory.oom_control") ? folder + "/memory.oom_control" : null;

        // v2: memory.events counts those of the groups below as well, memory.events.local (Linux >= 5.2) does not. Before, a group with
        // processes has none below it that are accounted apart, so that the two are the same. A group for which the controller is not
        // enabled has neither, and its processes are accounted to the nearest one above that has.
        if (mounts.Unified is not { } unified || unified.DirectoryOf(cgroup) is not { } directory) return null;
        for (int level = 0; level < MostLevels && directory.Length >= unified.Path.Length; level++)
        {
            if (Counts(directory + "/memory.events.local")) return directory + "/memory.events.local";
            if (Counts(directory + "/memory.events")) return directory + "/memory.events";
            directory = directory[..Math.Max(0, directory.LastIndexOf('/'))];
        }
        return null;
    }

    /// <summary>Reads the counter of a file that <see cref="Locate"/> found. Gone once the group was removed.</summary>
    /// <param name="pathZ">The path, ended by a NUL byte.</param>
    public static ReadOutcome ReadOomKills(ReadOnlySpan<byte> pathZ, out ulong count)
    {
        Span<byte> buffer = stackalloc byte[1024];
        count = 0;
        ReadOutcome outcome = ProcFile.Read(Libc.AT_FDCWD, pathZ, buffer, out int length);
        return outcome != ReadOutcome.Ok || FlatKeyed.TryFind(buffer[..length], "oom_kill"u8, out count) ? outcome : ReadOutcome.Malformed;
    }

    private static bool Counts(string path) => ReadOomKills(Encoding.UTF8.GetBytes(path + "\0"), out _) == ReadOutcome.Ok;
}
