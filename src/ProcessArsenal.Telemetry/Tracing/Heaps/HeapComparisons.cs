namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>Makes <see cref="HeapComparison"/>s.</summary>
public static class HeapComparisons
{
    /// <summary>Fewer are no growth, but what comes and goes.</summary>
    private const int FewestObjects = 10;

    private const int MostCompanions = 5;

    /// <param name="most">Types and holders.</param>
    public static HeapComparison Of(HeapGraph before, HeapGraph after, int most, CancellationToken cancellationToken = default) =>
        Of(HeapTree.Grow(before, cancellationToken), HeapTree.Grow(after, cancellationToken), most);

    /// <summary>Of two files of .gcdump, of which one is in memory at a time.</summary>
    /// <exception cref="HeapException">One of them can't be read.</exception>
    public static HeapComparison Of(string before, string after, HeapLimits limits, int most, CancellationToken cancellationToken = default)
    {
        HeapTree Grow(string file) => HeapTree.Grow(GcDumpFile.Read(file, limits), cancellationToken).WithoutObjects();
        return Of(Grow(before), Grow(after), most);
    }

    internal static HeapComparison Of(HeapTree before, HeapTree after, int most)
    {
        HeapFacts earlier = before.Facts, later = after.Facts;
        GrowthTree tree = GrowthTree.Of(before, after);
        return new HeapComparison(earlier, later, later.Objects - earlier.Objects, later.Bytes - earlier.Bytes, Types(before, after, tree, most), Holders(tree, most));
    }

    private static List<HeapTypeGrowth> Types(HeapTree before, HeapTree after, GrowthTree tree, int most)
    {
        var known = new Dictionary<string, (long Count, long Bytes)>(StringComparer.Ordinal);
        for (int type = 0; type < before.ByType.Length; type++)
            if (before.ByType[type].Count > 0) known[before.Types[type]] = before.ByType[type];
        var growths = new List<HeapTypeGrowth>();
        for (int type = 0; type < after.ByType.Length; type++)
        {
            (long count, long bytes) = after.ByType[type];
            string name = after.Types[type];
            (long countBefore, long bytesBefore) = known.GetValueOrDefault(name);
            if (bytes > bytesBefore || count > countBefore) growths.Add(new HeapTypeGrowth(name, countBefore, count, bytesBefore, bytes, []));
        }
        Dictionary<string, GrowthTree.Node> places = tree.MostGrownByType();
        return [.. growths.OrderByDescending(static growth => growth.GrownBytes).ThenBy(static growth => growth.Type, StringComparer.Ordinal).Take(most)
            .Select(growth => growth with { Way = places.TryGetValue(growth.Type, out GrowthTree.Node? place) ? place.Way() : [] })];
    }

    private static List<HeapHolderGrowth> Holders(GrowthTree tree, int most) =>
        [.. tree.Roots().Where(static root => root.GrownHeld > 0).OrderByDescending(static root => root.GrownHeld).ThenBy(static root => root.Name, StringComparer.Ordinal).Take(most).Select(Gather)];

    /// <summary>Goes to where objects gather: one holder below which there are many more than before, or where growth branches out.</summary>
    private static HeapHolderGrowth Gather(GrowthTree.Node root)
    {
        GrowthTree.Node holder = root;
        while (holder.Below.Values.MaxBy(static next => next.GrownHeld) is { } next && next.GrownHeld * 2 >= holder.GrownHeld)
        {
            // Many came, and what holds them did not come with them.
            if (next.GrownCount >= FewestObjects && holder.GrownCount * 4 < next.GrownCount)
                return new HeapHolderGrowth(holder.Way(), next.Name, next.Before.Count, next.After.Count, next.Before.Held, next.After.Held, With(next));
            holder = next;
        }
        return new HeapHolderGrowth(holder.Way(), null, holder.Before.Count, holder.After.Count, holder.Before.Held, holder.After.Held, With(holder));
    }

    private static List<HeapCompanion> With(GrowthTree.Node top)
    {
        var grown = new Dictionary<string, (long Count, long Bytes)>(StringComparer.Ordinal);
        var waiting = new Stack<GrowthTree.Node>(top.Below.Values);
        while (waiting.TryPop(out GrowthTree.Node? node))
        {
            (long count, long bytes) = grown.GetValueOrDefault(node.Name);
            grown[node.Name] = (count + node.GrownCount, bytes + node.After.Bytes - node.Before.Bytes);
            foreach (GrowthTree.Node next in node.Below.Values) waiting.Push(next);
        }
        return [.. grown.Where(static type => type.Value.Bytes > 0).OrderByDescending(static type => type.Value.Bytes).ThenBy(static type => type.Key, StringComparer.Ordinal).Take(MostCompanions)
            .Select(static type => new HeapCompanion(type.Key, type.Value.Count, type.Value.Bytes))];
    }
}
