namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>How holders are told: <c>static s_items</c>, <c>System.Collections.Generic.List&lt;Shop.Order&gt;</c>, <c>Shop.Order[]</c>.</summary>
internal static class HolderPaths
{
    /// <summary>The place with the most objects of each type.</summary>
    public static Dictionary<int, int> ByType(HeapTree tree)
    {
        var best = new Dictionary<int, int>();
        for (int i = 1; i < tree.Places.Count; i++)
        {
            HeapTree.Place place = tree.Places[i];
            if (place.Count > 0 && (!best.TryGetValue(place.Type, out int known) || place.Count > tree.Places[known].Count)) best[place.Type] = i;
        }
        return best;
    }

    public static IReadOnlyList<string> Tell(HeapTree tree, int place) => [.. tree.Way(place).Select(step => RootNames.Told(tree.NameOf(step)))];

    /// <summary>A root that is not only a group of them.</summary>
    public static bool IsFirst(HeapTree tree, int place) => RootNames.IsRoot(tree.NameOf(place)) && !RootNames.IsGroup(tree.NameOf(place));
}
