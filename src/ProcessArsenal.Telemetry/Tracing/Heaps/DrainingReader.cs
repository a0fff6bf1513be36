namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>Reads numbers from pieces, which go as they are read.</summary>
internal sealed class DrainingReader(ByteChunks chunks) : IDisposable
{
    private readonly IEnumerator<ReadOnlyMemory<byte>> _pieces = chunks.Drain().GetEnumerator();
    private ReadOnlyMemory<byte> _piece;
    private int _next;

    /// <summary>Beyond the end, 0.</summary>
    public ulong ReadVarUInt()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte part = ReadByte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) break;
        }
        return value;
    }

    /// <inheritdoc cref="ReadVarUInt"/>
    public long ReadVarInt()
    {
        ulong value = ReadVarUInt();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public void Dispose() => _pieces.Dispose();

    private byte ReadByte()
    {
        while (_next == _piece.Length)
        {
            if (!_pieces.MoveNext()) return 0;
            _piece = _pieces.Current;
            _next = 0;
        }
        return _piece.Span[_next++];
    }
}
