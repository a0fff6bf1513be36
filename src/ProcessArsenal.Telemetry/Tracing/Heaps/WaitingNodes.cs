namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>A queue of nodes with their places, which may be as long as the heap is wide: in pieces, of which those that were read are used again.</summary>
internal sealed class WaitingNodes
{
    private const int PieceSize = 8 * 1024; // Too small for the heap of large objects.

    private readonly Queue<(int Node, int Place)[]> _pieces = new();
    private (int Node, int Place)[] _first = new (int, int)[PieceSize], _last;
    private (int Node, int Place)[]? _spare;
    private int _next, _end;

    public WaitingNodes() => _last = _first;

    public void Enqueue(int node, int place)
    {
        if (_end == PieceSize)
        {
            _pieces.Enqueue(_last = _spare ?? new (int, int)[PieceSize]);
            _spare = null;
            _end = 0;
        }
        _last[_end++] = (node, place);
    }

    public bool TryDequeue(out int node, out int place)
    {
        if (_next == PieceSize && _pieces.TryDequeue(out (int, int)[]? following))
        {
            _spare = _first;
            _first = following;
            _next = 0;
        }
        bool any = _first != _last ? _next < PieceSize : _next < _end;
        (node, place) = any ? _first[_next++] : default;
        return any;
    }
}
