using System.Globalization;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Control.Restarting;

/// <summary>Lists the processes of an owner's control group, and of those below it: who must be gone once the owner was stopped. The files cgroup.procs only say
/// where to look; /proc/PID/cgroup, of a process whose identity is known, decides.</summary>
public static class OwnerProcesses
{
    /// <summary>Beyond these the list is incomplete, and says so.</summary>
    private const int MostProcesses = 10_000, MostDirectories = 1_000, MostBytes = 1 << 20;

    public static OwnerMembers List(ProcFs proc, Owner owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        string below = owner.Cgroup + "/";
        return owner.Kind == OwnerKind.Nobody ? new OwnerMembers([], true)
            : List(proc, owner.Cgroup, owner.Hierarchy, path => path == owner.Cgroup || path.StartsWith(below, StringComparison.Ordinal));
    }

    /// <summary>Lists those of a hierarchy whose path is wanted.</summary>
    /// <param name="top">All that are wanted are in this control group or below it.</param>
    internal static OwnerMembers List(ProcFs proc, string top, CgroupHierarchy hierarchy, Predicate<string> isWanted)
    {
        ArgumentNullException.ThrowIfNull(proc);
        var pids = new List<int>();
        bool isComplete = true;
        if (!TryReadGroups(proc, top, hierarchy, pids, ref isComplete))
        {
            // Not mounted for us, as beside a container of our own: then every process is asked.
            pids.Clear();
            isComplete = proc.TryListPids(pids);
        }
        var members = new List<OwnerMember>();
        foreach (int pid in pids)
        {
            if (members.Count == MostProcesses) return new OwnerMembers(members, false);
            if (MemberOf(proc, pid, hierarchy, isWanted, ref isComplete) is { } member) members.Add(member);
        }
        members.Sort(static (a, b) => a.StartTicks != b.StartTicks ? a.StartTicks.CompareTo(b.StartTicks) : a.Identity.Pid.CompareTo(b.Identity.Pid));
        return new OwnerMembers(members, isComplete);
    }

    private static OwnerMember? MemberOf(ProcFs proc, int pid, CgroupHierarchy hierarchy, Predicate<string> isWanted, ref bool isComplete)
    {
        ReadOutcome outcome = proc.OpenProcess(pid, out ProcessDirectory? directory);
        if (outcome is ReadOutcome.Denied) isComplete = false;
        if (outcome != ReadOutcome.Ok) return null;
        using (directory)
        {
            outcome = OwnerFinder.Read(directory!, out ProcCgroup? cgroup);
            if (outcome is ReadOutcome.Denied) isComplete = false;
            if (outcome != ReadOutcome.Ok) return null;
            if (OwnerFinder.PathIn(cgroup!, hierarchy) is not { } path || !isWanted(path)) return null;
            Span<byte> buffer = stackalloc byte[2048];
            if (directory!.ReadStat(buffer, out ProcStat stat, out _) != ReadOutcome.Ok || stat.State == 'Z') return null;
            return ProcessOpener.Identify(proc, directory) is { } identity ? new OwnerMember(identity, stat.ParentPid, stat.StartTicks, path) : null;
        }
    }

    private static bool TryReadGroups(ProcFs proc, string top, CgroupHierarchy hierarchy, List<int> pids, ref bool isComplete)
    {
        CgroupMounts mounts = proc.ReadCgroupMounts();
        CgroupMount? mount = hierarchy switch
        {
            CgroupHierarchy.Unified => mounts.Unified,
            CgroupHierarchy.Systemd => mounts.Systemd,
            _ => mounts.Memory,
        };
        if (!proc.IsLive || mount?.DirectoryOf(top) is not { } directory || !Directory.Exists(directory)) return false;
        var open = new Queue<string>([directory]);
        for (int count = 0; open.TryDequeue(out string? group); count++)
        {
            if (count == MostDirectories)
            {
                isComplete = false;
                break;
            }
            try
            {
                if (!ReadPids(group + "/cgroup.procs", pids)) isComplete = false;
                foreach (string child in Directory.EnumerateDirectories(group).Take(MostDirectories)) open.Enqueue(child);
            }
            catch (DirectoryNotFoundException)
            {
                // Removed: it was empty.
            }
            catch (FileNotFoundException)
            {
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false; // A threaded group does not tell (EOPNOTSUPP), nor one that we may not see.
            }
        }
        return true;
    }

    /// <summary>Reads one cgroup.procs: a pid a line, 0 for one of another pid namespace.</summary>
    /// <returns>Whether all of it was read, and all of them can be seen.</returns>
    private static bool ReadPids(string file, List<int> pids)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
        int length = 0;
        bool areSeen = true;
        while (reader.ReadLine() is { } line)
        {
            length += line.Length + 1;
            if (length > MostBytes || pids.Count >= MostProcesses) return false;
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0) pids.Add(pid);
            else areSeen = false;
        }
        return areSeen;
    }
}

/// <summary>The processes of an owner.</summary>
/// <param name="Members">Those that began first come first. Zombies are not among them.</param>
/// <param name="IsComplete">Whether that is all: there may be more than are looked at, or some that we may not see.</param>
public sealed record OwnerMembers(IReadOnlyList<OwnerMember> Members, bool IsComplete)
{
    public bool Contains(ProcessIdentity identity) => Members.Any(member => member.Identity == identity);
}

/// <summary>A process of an owner.</summary>
/// <param name="ParentPid">0 if it is of another pid namespace.</param>
/// <param name="StartTicks">See <see cref="ProcStat.StartTicks"/>.</param>
/// <param name="Cgroup">The path of its control group.</param>
public readonly record struct OwnerMember(ProcessIdentity Identity, int ParentPid, ulong StartTicks, string Cgroup);
