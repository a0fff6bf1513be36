using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis;

/// <summary>Who starts processes again when they end: units of systemd, containers, pods, and programs that are known to. By the evidence that an inspection
/// of each gives.</summary>
public static class Supervisors
{
    private const int MostChildren = 50;

    /// <summary>All of a snapshot that have a process now, in order of kind and name. Processes that nobody starts again are in none.</summary>
    public static List<Supervisor> Of(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var found = new SortedDictionary<(string Kind, string Name), (Supervision By, List<Relative> Children, int Count)>();
        foreach (ref readonly ProcessRow row in snapshot.Processes)
        {
            if (row.Description.IsKernelThread) continue;
            int parent = row.Sample.Stat.ParentPid;
            int at = snapshot.IndexOf(parent);
            Relative[] ancestors = at < 0 ? [] : [new(snapshot.Processes[at].Sample.Identity.ToString(), parent, snapshot.Processes[at].Description.Name)];
            Supervision by = SupervisionInspection.Of(row.Description, new Relations { ParentPid = parent, Ancestors = ancestors });
            if (by is not { Kind: not "none", Name: { } name }) continue;
            // Of programs there may be several, each with children of its own.
            string whose = by.Kind == name ? FormattableString.Invariant($"{name} ({parent})") : name;
            (_, List<Relative> children, int count) = found.TryGetValue((by.Kind, whose), out var known) ? known : (by, [], 0);
            if (children.Count < MostChildren) children.Add(new Relative(row.Sample.Identity.ToString(), row.Sample.Identity.Pid, row.Description.Name));
            found[(by.Kind, whose)] = (by, children, count + 1);
        }
        return [.. found.Select(static pair => new Supervisor(pair.Key.Kind, pair.Key.Name, pair.Value.By.Restart, pair.Value.Count, pair.Value.Children))];
    }
}

/// <summary>One who starts processes again.</summary>
/// <param name="Kind">systemd, container, kubelet, or the name of a program.</param>
/// <param name="Name">Of the unit, the container, the pod, or the program with its pid.</param>
/// <param name="Restart">How its processes are started again, as a command; null if that is not known.</param>
/// <param name="ChildCount">Processes that it would start again, and theirs.</param>
/// <param name="Children">At most 50.</param>
public sealed record Supervisor(string Kind, string Name, string? Restart, int ChildCount, IReadOnlyList<Relative> Children);
