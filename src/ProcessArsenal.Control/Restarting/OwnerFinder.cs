using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Control.Restarting;

/// <summary>Finds who owns a process. Its name, arguments and environment are not asked: it could choose them.</summary>
public static class OwnerFinder
{
    /// <summary>More than a path in each of a dozen hierarchies takes, but for the absurd.</summary>
    private const int MostCgroupBytes = 32 * 1024;

    private static readonly CgroupHierarchy[] Hierarchies = [CgroupHierarchy.Unified, CgroupHierarchy.Systemd, CgroupHierarchy.Memory];

    /// <summary>Reads the control group of a process that is held.</summary>
    /// <param name="inPod">Whether we run in a pod ourselves, so that a container beside ours is one of it.</param>
    public static Owner Find(ProcFs proc, HeldProcess process, bool inPod)
    {
        ArgumentNullException.ThrowIfNull(proc);
        ArgumentNullException.ThrowIfNull(process);
        ReadOutcome outcome = proc.OpenProcess(process.Identity.Pid, out ProcessDirectory? directory);
        if (directory is null) return Owner.Nobody(outcome == ReadOutcome.Gone ? "it has ended" : $"its directory in /proc can't be opened ({outcome})");
        using (directory)
        {
            if (ProcessOpener.Identify(proc, directory) != process.Identity) return Owner.Nobody("it has ended");
            outcome = Read(directory, out ProcCgroup? cgroup);
            // That of a zombie is not what it was (v1: the root).
            if (process.HasEnded() || outcome == ReadOutcome.Gone) return Owner.Nobody("it has ended");
            return cgroup is null ? Owner.Nobody($"/proc/PID/cgroup can't be read ({outcome})") : Of(cgroup, inPod);
        }
    }

    /// <summary>Who owns the processes of a control group. Pure. All hierarchies are asked: on a host that has v1 and v2, an engine may put a container into a control
    /// group of the one only, and leave it in its own unit in the other; to restart that unit would end every container. In doubt it is nobody.</summary>
    public static Owner Of(ProcCgroup cgroup, bool inPod)
    {
        ArgumentNullException.ThrowIfNull(cgroup);
        Owner found = Owner.Nobody("");
        foreach (CgroupHierarchy hierarchy in Hierarchies)
        {
            if (PathIn(cgroup, hierarchy) is not { } path) continue;
            Owner owner = OwnerPath.Read(path, hierarchy, inPod);
            if (owner.Kind > found.Kind) found = owner;
            else if (owner.Kind == found.Kind && owner.Kind != OwnerKind.Nobody && (owner.Name != found.Name || owner.User != found.User)) return Owner.Nobody($"its control groups contradict each other: {found} and {owner}");
        }
        // Then the reason is what the path says that says most.
        return found.Kind == OwnerKind.Nobody ? OwnerPath.Read(cgroup.Path, CgroupHierarchy.Unified, inPod) : found;
    }

    /// <summary>Reads the control groups of a process.</summary>
    internal static ReadOutcome Read(ProcessDirectory directory, out ProcCgroup? cgroup) => directory.ReadCgroup(new byte[MostCgroupBytes], out cgroup);

    /// <summary>The path in one hierarchy; null if the process is in none of it.</summary>
    internal static string? PathIn(ProcCgroup cgroup, CgroupHierarchy hierarchy) => hierarchy switch
    {
        CgroupHierarchy.Unified => cgroup.Unified,
        CgroupHierarchy.Systemd => cgroup.Systemd,
        _ => cgroup.Memory,
    };
}
