namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>Makes <see cref="HeapReport"/>s.</summary>
public static class HeapReports
{
    /// <param name="most">Types and holders.</param>
    public static HeapReport Of(HeapGraph graph, int most, CancellationToken cancellationToken = default) => Of(HeapTree.Grow(graph, cancellationToken), most);

    internal static HeapReport Of(HeapTree tree, int most)
    {
        var places = HolderPaths.ByType(tree);
        long[] held = HeldByType(tree);
        var types = Enumerable.Range(0, tree.ByType.Length).Where(type => tree.ByType[type].Count > 0)
            .OrderByDescending(type => tree.ByType[type].Bytes).ThenBy(type => tree.Types[type], StringComparer.Ordinal).ToList();
        return new HeapReport(
            tree.Facts, types.Count,
            [.. types.Take(most).Select(type => new HeapTypeLine(
                tree.Types[type], tree.ByType[type].Count, tree.ByType[type].Bytes, held[type],
                places.TryGetValue(type, out int place) ? HolderPaths.Tell(tree, place) : [], places.ContainsKey(type) ? tree.Places[place].Count : 0))],
            Holders(tree, most), tree.Unheld, tree.UnheldBytes);
    }

    private static List<HeapHolder> Holders(HeapTree tree, int most)
    {
        var below = new List<int>?[tree.Places.Count];
        for (int i = 1; i < tree.Places.Count; i++) (below[tree.Places[i].Parent] ??= []).Add(i);
        double all = Math.Max(1, tree.Facts.Bytes);
        return [.. Enumerable.Range(1, tree.Places.Count - 1).Where(place => HolderPaths.IsFirst(tree, place) && tree.Places[place].Held > 0)
            .OrderByDescending(place => tree.Places[place].Held).ThenBy(tree.NameOf, StringComparer.Ordinal).Take(most)
            .Select(root => new HeapHolder(HolderPaths.Tell(tree, Branch(root)), tree.Places[root].Held, tree.Places[root].Held / all))];

        // As far as nearly all of it is in one place.
        int Branch(int place)
        {
            while (below[place]?.MaxBy(next => tree.Places[next].Held) is { } next && tree.Places[next].Held >= 0.8 * tree.Places[place].Held && tree.Places[place].Bytes < tree.Places[next].Held) place = next;
            return place;
        }
    }

    private static long[] HeldByType(HeapTree tree)
    {
        long[] held = new long[tree.ByType.Length];
        foreach (HeapTree.Place place in tree.Places)
        {
            int above = place.Parent;
            while (above > 0 && tree.Places[above].Type != place.Type) above = tree.Places[above].Parent;
            if (above <= 0) held[place.Type] += place.Held; // Else it is in that of the other.
        }
        for (int type = 0; type < held.Length; type++) held[type] = Math.Max(held[type], tree.ByType[type].Bytes);
        return held;
    }
}
