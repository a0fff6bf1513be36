namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>Who holds what, summed up by type: each object is counted once, on the shortest way that leads to it from a root, and objects of one type that
/// are reached by the same types are one place of this tree. What is held by several is told of one of them.</summary>
/// <remarks>A type within itself (a list of linked nodes, a tree) is one place, or there would be as many as there are objects.</remarks>
internal sealed class HeapTree
{
    /// <summary>Places, beyond which what would begin another is counted where it is held.</summary>
    public const int MostPlaces = 200_000;

    private const int MostSteps = 48, FoldedSteps = 6;

    private readonly Dictionary<(int Parent, int Type), int> _index = [];
    private readonly List<Place> _places = [];
    private long _followed;

    private HeapGraph? _graph;

    private HeapTree(HeapGraph graph) => (_graph, Types, Facts) = (graph, graph.Types, graph.Facts);

    /// <summary>Names of types, by their index.</summary>
    public string[] Types { get; }

    /// <summary>What the whole is.</summary>
    public HeapFacts Facts { get; }

    private HeapGraph Graph => _graph ?? throw new InvalidOperationException("The objects are gone.");

    /// <summary>A place after the one that holds it; the first holds all roots.</summary>
    public IReadOnlyList<Place> Places => _places;

    /// <summary>Objects that no root leads to.</summary>
    public long Unheld { get; private set; }

    /// <summary>Bytes of those.</summary>
    public long UnheldBytes { get; private set; }

    /// <summary>Of all objects, by the index of their type.</summary>
    public (long Count, long Bytes)[] ByType { get; private set; } = [];

    public static HeapTree Grow(HeapGraph graph, CancellationToken cancellationToken)
    {
        var tree = new HeapTree(graph);
        tree.Visit(cancellationToken);
        tree.Sum();
        return tree;
    }

    /// <summary>From the root to a place, without what only groups roots.</summary>
    public IReadOnlyList<int> Way(int place)
    {
        var way = new List<int>();
        for (; place > 0; place = _places[place].Parent)
            if (!RootNames.IsGroup(NameOf(place))) way.Add(place);
        way.Reverse();
        return way;
    }

    public string NameOf(int place) => Types[_places[place].Type];

    /// <summary>Lets go of the objects, so that only the tree is left: it takes some MiB.</summary>
    public HeapTree WithoutObjects()
    {
        _graph = null;
        return this;
    }

    private void Visit(CancellationToken cancellationToken)
    {
        bool[] isRoot = [.. Graph.Types.Select(RootNames.IsRoot)];
        int[] turns = [.. Graph.Types.Select(RootNames.Turn)];
        var seen = new ulong[(Graph.Count + 63) / 64];
        var waiting = new WaitingNodes();
        var later = new List<(int Node, int Place)>();
        HeapNode root = Graph.Open(Graph.Root);
        _places.Add(new Place(-1, root.Type, 0));
        seen[Graph.Root / 64] |= 1UL << (Graph.Root % 64);
        // All roots first, whatever groups them: they are equally far from nothing.
        var groups = new Queue<(int Node, int Place)>([(Graph.Root, 0)]);
        while (groups.TryDequeue(out (int Node, int Place) group))
        {
            HeapNode node = Graph.Open(group.Node);
            while (node.TryRead(out int target))
            {
                if (!IsNode(target)) continue;
                HeapNode member = Graph.Open(target);
                if (!isRoot[member.Type] || (seen[target / 64] & (1UL << (target % 64))) != 0) continue;
                seen[target / 64] |= 1UL << (target % 64);
                int place = PlaceOf(group.Place, member.Type);
                groups.Enqueue((target, place));
                later.Add((target, place));
            }
        }
        later.Insert(0, (Graph.Root, 0));
        foreach (IGrouping<int, (int Node, int Place)> turn in later.GroupBy(root => turns[_places[root.Place].Type]).OrderBy(static turn => turn.Key))
        {
            foreach ((int node, int place) in turn) waiting.Enqueue(node, place);
            Follow(waiting, seen, cancellationToken);
        }
        CountAll(seen, isRoot);
    }

    private void Follow(WaitingNodes waiting, ulong[] seen, CancellationToken cancellationToken)
    {
        for (int steps = 0; waiting.TryDequeue(out int next, out int holder); steps++)
        {
            if ((steps & 0xFFFF) == 0) cancellationToken.ThrowIfCancellationRequested();
            HeapNode node = Graph.Open(next);
            while (node.TryRead(out int target))
            {
                if (!IsNode(target)) continue;
                ref ulong word = ref seen[target / 64];
                ulong bit = 1UL << (target % 64);
                if ((word & bit) != 0) continue;
                word |= bit;
                HeapNode held = Graph.Open(target);
                int place = PlaceOf(holder, held.Type);
                _places[place].Count++;
                _places[place].Bytes += held.Size;
                waiting.Enqueue(target, place);
            }
        }
    }

    /// <exception cref="HeapException">More was followed than such a graph can have: its nodes overlap, which only a file that was made to does.</exception>
    private bool IsNode(int target)
    {
        if (++_followed > Graph.Nodes.Length) throw new HeapException("The file makes no sense: its objects overlap.");
        return (uint)target < (uint)Graph.Count;
    }

    private int PlaceOf(int parent, int type)
    {
        // Within itself, directly or by a few others: where it began.
        for (int above = parent, steps = 0; above > 0 && steps < FoldedSteps; above = _places[above].Parent, steps++)
            if (_places[above].Type == type) return above;
        if (_index.TryGetValue((parent, type), out int place)) return place;
        if (_places.Count >= MostPlaces || _places[parent].Depth >= MostSteps) return parent;
        _index.Add((parent, type), _places.Count);
        _places.Add(new Place(parent, type, _places[parent].Depth + 1));
        return _places.Count - 1;
    }

    private void CountAll(ulong[] seen, bool[] isRoot)
    {
        int undefined = Array.IndexOf(Graph.Types, "UNDEFINED");
        ByType = new (long, long)[Graph.Types.Length];
        for (int i = 0; i < Graph.Count; i++)
        {
            HeapNode node = Graph.Open(i);
            if (isRoot[node.Type] || node.Type == undefined) continue;
            ByType[node.Type].Count++;
            ByType[node.Type].Bytes += node.Size;
            if ((seen[i / 64] & (1UL << (i % 64))) != 0) continue;
            Unheld++;
            UnheldBytes += node.Size;
        }
    }

    private void Sum()
    {
        for (int i = _places.Count - 1; i >= 0; i--)
        {
            Place place = _places[i];
            place.Held += place.Bytes;
            if (place.Parent >= 0) _places[place.Parent].Held += place.Held;
        }
    }

    /// <summary>Objects of one type that are reached by the same types.</summary>
    /// <param name="Parent">What holds them; -1 for none.</param>
    internal sealed record Place(int Parent, int Type, int Depth)
    {
        public long Count { get; set; }

        public long Bytes { get; set; }

        /// <summary>Bytes of them and of what they hold.</summary>
        public long Held { get; set; }
    }
}
