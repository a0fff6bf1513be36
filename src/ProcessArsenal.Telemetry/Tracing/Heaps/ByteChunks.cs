using System.Runtime.CompilerServices;

namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>Bytes without end, in pieces that are small enough to be given back one by one.</summary>
/// <param name="most">Bytes, beyond which it is refused.</param>
internal sealed class ByteChunks(long most)
{
    private const int Shift = 16, ChunkSize = 1 << Shift, Mask = ChunkSize - 1;

    private readonly List<byte[]?> _chunks = [];
    private byte[] _last = [];
    private int _used = ChunkSize;

    /// <summary>Bytes.</summary>
    public long Length => ((long)_chunks.Count << Shift) - (ChunkSize - _used);

    /// <exception cref="HeapException">There is no room for it.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(byte value)
    {
        if (_used == ChunkSize) Grow();
        _last[_used++] = value;
    }

    /// <summary>Seven bits a byte, the lowest first.</summary>
    public void AddVarUInt(ulong value)
    {
        for (; value >= 0x80; value >>= 7) Add((byte)(value | 0x80));
        Add((byte)value);
    }

    /// <summary>The same; small negative numbers are short as well.</summary>
    public void AddVarInt(long value) => AddVarUInt((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>As .gcdump has numbers: seven bits a byte, the highest first, with the sign in the highest.</summary>
    public void AddNumber(int value)
    {
        if (value << 25 >> 25 != value)
        {
            if (value << 18 >> 18 != value)
            {
                if (value << 11 >> 11 != value)
                {
                    if (value << 4 >> 4 != value) Add((byte)((value >> 28) | 0x80));
                    Add((byte)((value >> 21) | 0x80));
                }
                Add((byte)((value >> 14) | 0x80));
            }
            Add((byte)((value >> 7) | 0x80));
        }
        Add((byte)(value & 0x7F));
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_used == ChunkSize) Grow();
            int count = Math.Min(bytes.Length, ChunkSize - _used);
            bytes[..count].CopyTo(_last.AsSpan(_used));
            _used += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>What lies at a place, up to the end of its piece; empty beyond the end.</summary>
    public ReadOnlySpan<byte> At(long position)
    {
        int chunk = (int)(position >> Shift), offset = (int)(position & Mask);
        if (chunk >= _chunks.Count) return default;
        int end = chunk == _chunks.Count - 1 ? _used : ChunkSize;
        return offset >= end ? default : _chunks[chunk].AsSpan(offset, end - offset);
    }

    /// <summary>The pieces one after the other; each is let go once the next is asked for.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Drain()
    {
        for (int i = 0; i < _chunks.Count; i++)
        {
            yield return _chunks[i].AsMemory(0, i == _chunks.Count - 1 ? _used : ChunkSize);
            _chunks[i] = null;
        }
        _chunks.Clear();
        _last = [];
        _used = ChunkSize;
    }

    private void Grow()
    {
        if (Length + ChunkSize > most) throw new HeapException($"The heap has more than we keep: {most >> 20} MiB of what is told of it.");
        _chunks.Add(_last = GC.AllocateUninitializedArray<byte>(ChunkSize));
        _used = 0;
    }
}
