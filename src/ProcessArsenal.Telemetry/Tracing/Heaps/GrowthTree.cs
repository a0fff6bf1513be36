namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>Two trees of holders, laid on each other by the names of their types.</summary>
internal sealed class GrowthTree
{
    private readonly Node _root = new(null, "");

    private GrowthTree()
    {
    }

    public static GrowthTree Of(HeapTree before, HeapTree after)
    {
        var tree = new GrowthTree();
        tree.Lay(before, static node => node.Before);
        tree.Lay(after, static node => node.After);
        return tree;
    }

    /// <summary>What holds, and does not only group.</summary>
    public IEnumerable<Node> Roots() => All().Where(static node => RootNames.IsRoot(node.Name) && !RootNames.IsGroup(node.Name));

    /// <summary>Of each type, where most were added.</summary>
    public Dictionary<string, Node> MostGrownByType()
    {
        var best = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (Node node in All())
            if (node.GrownCount > 0 && (!best.TryGetValue(node.Name, out Node? known) || node.GrownCount > known.GrownCount)) best[node.Name] = node;
        return best;
    }

    private void Lay(HeapTree tree, Func<Node, Amount> side)
    {
        var nodes = new Node[tree.Places.Count];
        for (int i = 0; i < nodes.Length; i++)
        {
            HeapTree.Place place = tree.Places[i];
            Node node = nodes[i] = place.Parent < 0 ? _root : nodes[place.Parent].Next(tree.NameOf(i));
            Amount amount = side(node);
            amount.Count += place.Count;
            amount.Bytes += place.Bytes;
            amount.Held += place.Held;
        }
    }

    private IEnumerable<Node> All()
    {
        var waiting = new Stack<Node>(_root.Below.Values);
        while (waiting.TryPop(out Node? node))
        {
            yield return node;
            foreach (Node next in node.Below.Values) waiting.Push(next);
        }
    }

    internal sealed class Node(Node? parent, string name)
    {
        public string Name { get; } = name;

        public Amount Before { get; } = new();

        public Amount After { get; } = new();

        public SortedDictionary<string, Node> Below { get; } = new(StringComparer.Ordinal);

        public long GrownCount => After.Count - Before.Count;

        public long GrownHeld => After.Held - Before.Held;

        private Node? Parent { get; } = parent;

        public Node Next(string name)
        {
            if (!Below.TryGetValue(name, out Node? next)) Below.Add(name, next = new Node(this, name));
            return next;
        }

        public IReadOnlyList<string> Way()
        {
            var way = new List<string>();
            for (Node? node = this; node is { Parent: not null }; node = node.Parent)
                if (!RootNames.IsGroup(node.Name)) way.Add(RootNames.Told(node.Name));
            way.Reverse();
            return way;
        }
    }

    internal sealed class Amount
    {
        public long Count { get; set; }

        public long Bytes { get; set; }

        public long Held { get; set; }
    }
}
