using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Api;

/// <summary>From how a request names a process to the process.</summary>
internal static class Resolving
{
    /// <summary>Where it is in a snapshot.</summary>
    /// <exception cref="ProblemException">It is not there, or its pid is another's by now.</exception>
    public static int Resolve(this Snapshot snapshot, ProcessName name)
    {
        int index = snapshot.IndexOf(name.Pid);
        if (index < 0) throw new ProblemException(Problem.NoSuchProcess($"There is no process {name} in the latest sample: it has ended, or began after it. GET /api/v1/lifecycle tells who ended."));
        Procfs.ProcessIdentity found = snapshot.Processes[index].Sample.Identity;
        if (name.Identity is { } wanted && wanted != found)
            throw new ProblemException(Problem.NoSuchProcess($"The process {wanted} has ended; its pid is {found}'s now."));
        return index;
    }
}
