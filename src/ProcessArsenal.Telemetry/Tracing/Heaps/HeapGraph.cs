namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>A heap: objects with their types and sizes, and what each refers to. Roots are nodes as well, of no size, as tools for .gcdump have them. Laid
/// out as in such a file.</summary>
public sealed class HeapGraph
{
    private readonly ByteChunks _nodes;
    private readonly uint[] _places;

    internal HeapGraph(ByteChunks nodes, uint[] places, string[] types, int[] usualSizes, int root, HeapFacts facts) =>
        (_nodes, _places, Types, UsualSizes, Root, Facts) = (nodes, places, types, usualSizes, root, facts);

    /// <summary>What the whole is.</summary>
    public HeapFacts Facts { get; internal set; }

    /// <summary>Objects and roots.</summary>
    public int Count => _places.Length;

    /// <summary>Names of types, and of roots, by their index.</summary>
    internal string[] Types { get; }

    /// <summary>What those of a type have that say nothing else, in bytes.</summary>
    internal int[] UsualSizes { get; }

    /// <summary>The node that holds all roots.</summary>
    internal int Root { get; }

    internal ByteChunks Nodes => _nodes;

    /// <summary>Where each node begins.</summary>
    internal ReadOnlySpan<uint> Places => _places;

    /// <summary>Where objects lie, by number; null for a graph of a file.</summary>
    internal AddressIndex? Addresses { get; init; }

    internal HeapNode Open(int node) => new(this, _nodes, _places[node], node);
}

/// <summary>Of a graph as a whole.</summary>
/// <param name="Objects">Alive when it was taken; roots are not in it.</param>
/// <param name="Bytes">Of those.</param>
/// <param name="Incomplete">Why not everything is there, in words; null if it is.</param>
public sealed record HeapFacts(long Objects, long Bytes, string? Incomplete)
{
    /// <summary>When; null if the file does not say.</summary>
    public DateTimeOffset? Taken { get; init; }

    /// <summary>Of the program, as it saw itself; null if not known.</summary>
    public int? Pid { get; init; }

    /// <summary>Of the program; null if not known.</summary>
    public string? Process { get; init; }

    /// <summary>For how long all threads of the program stood still, in seconds; null if not known.</summary>
    public double? PauseSeconds { get; init; }
}

/// <summary>Reads one node: its head, then what it refers to.</summary>
internal ref struct HeapNode
{
    private readonly ByteChunks _chunks;
    private readonly int _self;
    private ReadOnlySpan<byte> _piece;
    private long _next;
    private int _left;

    public HeapNode(HeapGraph graph, ByteChunks chunks, uint place, int self)
    {
        (_chunks, _self, _next) = (chunks, self, place);
        int head = ReadNumber();
        Type = Math.Clamp(head >> 1, 0, graph.Types.Length - 1);
        Size = (head & 1) != 0 ? Math.Max(0, ReadNumber()) : graph.UsualSizes[Type];
        _left = ReadNumber();
    }

    /// <summary>Its index.</summary>
    public readonly int Type { get; }

    /// <summary>Bytes.</summary>
    public readonly int Size { get; }

    /// <summary>What it refers to, one after the other.</summary>
    public bool TryRead(out int target)
    {
        target = 0;
        if (_left <= 0) return false;
        _left--;
        target = unchecked(_self + ReadNumber());
        return true;
    }

    /// <summary>See <see cref="ByteChunks.AddNumber"/>. Beyond the end, 0.</summary>
    private int ReadNumber()
    {
        byte part = ReadByte();
        int value = part << 25 >> 25;
        for (int i = 0; part >= 0x80 && i < 4; i++)
        {
            part = ReadByte();
            value = (value << 7) + (part & 0x7F);
        }
        return value;
    }

    private byte ReadByte()
    {
        if (_piece.IsEmpty && (_piece = _chunks.At(_next)).IsEmpty)
        {
            _left = 0; // Of a file that makes no sense.
            return 0;
        }
        byte value = _piece[0];
        _piece = _piece[1..];
        _next++;
        return value;
    }
}
