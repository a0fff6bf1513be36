using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Control.Restarting;

/// <summary>Turns the pids that owners tell into identities.</summary>
internal static class Identities
{
    /// <summary>The process that has a pid now, if it is in a control group of the owner; an owner's word alone does not make it one of his.</summary>
    public static ProcessIdentity? Of(ProcFs proc, int pid, Predicate<ProcCgroup> isIn)
    {
        if (pid <= 0 || proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return null;
        using (directory)
        {
            return OwnerFinder.Read(directory!, out ProcCgroup? cgroup) == ReadOutcome.Ok && isIn(cgroup!) ? ProcessOpener.Identify(proc, directory!) : null;
        }
    }

    /// <summary>The same of the control group that the owner is known by.</summary>
    public static ProcessIdentity? In(ProcFs proc, int pid, Owner owner) =>
        Of(proc, pid, cgroup => OwnerFinder.PathIn(cgroup, owner.Hierarchy) is { } path && (path == owner.Cgroup || path.StartsWith(owner.Cgroup + "/", StringComparison.Ordinal)));

    /// <summary>Whether there is a process of that pid that has not ended: an owner may be late to notice the end of its own.</summary>
    public static bool IsAlive(ProcFs proc, int pid)
    {
        if (pid <= 0) return false;
        ReadOutcome outcome = proc.OpenProcess(pid, out ProcessDirectory? directory);
        if (directory is null) return outcome != ReadOutcome.Gone;
        using (directory)
        {
            outcome = directory.ReadStat(stackalloc byte[2048], out ProcStat stat, out _);
            return outcome != ReadOutcome.Gone && stat.State is not ((byte)'Z' or (byte)'X');
        }
    }
}
