using System.Runtime.InteropServices;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Compatibility;

/// <summary>Says which of process-exporter's groups a process belongs to: that of the first rule that matches, else that of its nearest ancestor
/// that has one, else none. An inherited group outlives the ancestor; an exec decides anew.</summary>
internal static class NamedGroupResolver
{
    /// <summary>Ancestors that are asked at most: a chain of forks without end is somebody's mistake.</summary>
    private const int MaxDepth = 64;

    /// <param name="alive">All processes, in ascending order of pid.</param>
    public static GroupKey? Resolve(TrackedProcess process, List<TrackedProcess> alive, NamedGroupOptions options) =>
        Resolve(process, alive, options, MaxDepth);

    private static GroupKey? Resolve(TrackedProcess process, List<TrackedProcess> alive, NamedGroupOptions options, int depth)
    {
        // Excluded processes have no member, and give their group to nobody.
        if (process.Named is not { } member) return null;
        if (member.Description == process.Description && member.Options == options) return member.Key;
        bool sameRules = member.Options == options;
        member.Description = process.Description;
        member.Options = options;
        GroupKey? before = sameRules && member.Inherited ? member.Key : null;
        member.Inherited = false;
        member.Key = options.Match(process.Description, process.Identity.Pid);
        if (member.Key is not null) return member.Key;
        // From here on its own answer is none, so that two processes that pass for each other's parents end somewhere.
        GroupKey? inherited = depth > 0 && Find(alive, process.Sample.Stat.ParentPid) is { } parent ? Resolve(parent, alive, options, depth - 1) : null;
        member.Key = inherited ?? before;
        member.Inherited = member.Key is not null;
        return member.Key;
    }

    public static TrackedProcess? Find(List<TrackedProcess> alive, int pid)
    {
        ReadOnlySpan<TrackedProcess> processes = CollectionsMarshal.AsSpan(alive);
        int low = 0, high = processes.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int found = processes[middle].Identity.Pid;
            if (found == pid) return processes[middle];
            if (found < pid) low = middle + 1;
            else high = middle - 1;
        }
        return null;
    }
}
