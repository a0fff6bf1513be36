using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis;

/// <summary>Who is whose child in a snapshot. Whatever the parents claim, each process stands in the tree exactly once.</summary>
public sealed class ProcessTree
{
    private readonly Dictionary<int, List<int>> _children = [];

    private ProcessTree()
    {
    }

    /// <summary>Indexes into the snapshot's processes of those without a parent in it.</summary>
    public List<int> Roots { get; } = [];

    public static ProcessTree Of(Snapshot snapshot)
    {
        var tree = new ProcessTree();
        ReadOnlySpan<ProcessRow> rows = snapshot.Processes;
        var indexByPid = new Dictionary<int, int>(rows.Length);
        for (int i = 0; i < rows.Length; i++) indexByPid[rows[i].Sample.Identity.Pid] = i;
        for (int i = 0; i < rows.Length; i++)
        {
            int pid = rows[i].Sample.Identity.Pid;
            int parent = rows[i].Sample.Stat.ParentPid;
            if (!indexByPid.ContainsKey(parent) || LeadsBackTo(pid, parent, rows, indexByPid)) tree.Roots.Add(i);
            else if (tree._children.TryGetValue(parent, out List<int>? siblings)) siblings.Add(i);
            else tree._children.Add(parent, [i]);
        }
        return tree;
    }

    /// <summary>Indexes of the children of a process, in ascending order of pid.</summary>
    public IReadOnlyList<int> ChildrenOf(int pid) => _children.TryGetValue(pid, out List<int>? children) ? children : [];

    /// <summary>A snapshot is not taken at one instant, so pids that were used again can make a circle of parents.</summary>
    private static bool LeadsBackTo(int pid, int parent, ReadOnlySpan<ProcessRow> rows, Dictionary<int, int> indexByPid)
    {
        for (int steps = 0; steps < rows.Length; steps++)
        {
            if (parent == pid) return true;
            if (!indexByPid.TryGetValue(parent, out int index)) return false;
            parent = rows[index].Sample.Stat.ParentPid;
        }
        return true; // A circle further up: cut it here as well.
    }
}
