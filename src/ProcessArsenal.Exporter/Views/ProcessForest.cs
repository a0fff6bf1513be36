using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Views;

/// <summary>Trees of processes.</summary>
/// <param name="Time">When they were sampled.</param>
/// <param name="Roots">Those without a parent among them; and what is deeper than 30 generations, as roots of their own.</param>
internal sealed record TreeView(DateTimeOffset Time, IReadOnlyList<ProcessView> Roots);

/// <summary>Makes trees of a snapshot.</summary>
internal static class ProcessForest
{
    /// <summary>Within what JSON writers and readers nest (64 by default, two levels a generation).</summary>
    private const int MaxDepth = 30;

    /// <summary>Built from the leaves up without recursion, since a chain of processes can be as deep as there are pids; what is deeper
    /// than <see cref="MaxDepth"/> begins a tree of its own.</summary>
    /// <param name="root">Only this process and what is below it; empty if it is not there.</param>
    /// <param name="kernel">Kernel threads too.</param>
    public static List<ProcessView> Of(Snapshot snapshot, int? root, bool kernel)
    {
        ProcessTree tree = ProcessTree.Of(snapshot);
        ReadOnlySpan<ProcessRow> rows = snapshot.Processes;
        var order = new List<int>(tree.Roots);
        var depths = new List<int>(order.Select(_ => 0));
        for (int i = 0; i < order.Count; i++)
        {
            foreach (int child in tree.ChildrenOf(rows[order[i]].Sample.Identity.Pid))
            {
                order.Add(child);
                depths.Add(depths[i] + 1);
            }
        }
        var cut = new List<int>();
        var views = new Dictionary<int, ProcessView>();
        for (int i = order.Count - 1; i >= 0; i--)
        {
            ref readonly ProcessRow row = ref rows[order[i]];
            if (row.Description.IsKernelThread && !kernel) continue;
            List<ProcessView> children = [];
            if (depths[i] % MaxDepth == 0 && depths[i] > 0) cut.Add(row.Sample.Identity.Pid);
            if (depths[i] % MaxDepth != MaxDepth - 1) foreach (int child in tree.ChildrenOf(row.Sample.Identity.Pid))
                if (views.TryGetValue(rows[child].Sample.Identity.Pid, out ProcessView? view)) children.Add(view);
            views.Add(row.Sample.Identity.Pid, ProcessView.Of(row) with { Children = children.Count > 0 ? children : null });
        }
        if (root is { } wanted) return views.TryGetValue(wanted, out ProcessView? found) ? [found] : [];
        var roots = new List<ProcessView>();
        foreach (int index in tree.Roots)
            if (views.TryGetValue(rows[index].Sample.Identity.Pid, out ProcessView? view)) roots.Add(view);
        roots.AddRange(cut.Select(pid => views[pid]));
        return roots;
    }
}
