using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace ProcessArsenal.Telemetry.Publishing.Otlp;

/// <summary>Writes the wire format of protocol buffers (<see href="https://protobuf.dev/programming-guides/encoding"/>) into one buffer that grows and is
/// used again: nothing is allocated for a field. What it writes is canonical: each length takes as few bytes as it can. Fields of value zero are left to the
/// caller to leave out. Used by one thread.</summary>
internal sealed class ProtobufWriter
{
    /// <summary>Bytes of a fixed64 or double, the tag of a field below 16 included.</summary>
    public const int Fixed64Size = 1 + sizeof(ulong);

    private const int LongestVarint = 10, LongestLength = 5;

    private byte[] _buffer = new byte[4096];
    private int _length;

    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }

    public int Length => _length;

    /// <summary>What was written since the last <see cref="Clear"/>; valid until something else is written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Clear() => _length = 0;

    /// <summary>Takes back what was written after a length was noted.</summary>
    public void Truncate(int length) => _length = length;

    /// <summary>For those who know the form of their bytes; counted by <see cref="Advance"/>.</summary>
    /// <returns>The room after what is written, at least so many bytes.</returns>
    public Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count) Grow(count);
        return _buffer.AsSpan(_length);
    }

    /// <summary>So many bytes of the reserved room are written.</summary>
    public void Advance(int count) => _length += count;

    /// <summary>uint32, uint64, int32 and int64 that are not negative, bool, enum.</summary>
    public void WriteVarint(int field, ulong value)
    {
        Span<byte> room = Reserve(2 * LongestVarint);
        int at = PutVarint(room, Tag(field, WireType.Varint));
        _length += at + PutVarint(room[at..], value);
    }

    /// <summary>fixed64, sfixed64.</summary>
    public void WriteFixed64(int field, ulong value)
    {
        Span<byte> room = Reserve(LongestVarint + sizeof(ulong));
        int at = PutVarint(room, Tag(field, WireType.Fixed64));
        BinaryPrimitives.WriteUInt64LittleEndian(room[at..], value);
        _length += at + sizeof(ulong);
    }

    public void WriteDouble(int field, double value) => WriteFixed64(field, BitConverter.DoubleToUInt64Bits(value));

    public void WriteFixed32(int field, uint value)
    {
        Span<byte> room = Reserve(LongestVarint + sizeof(uint));
        int at = PutVarint(room, Tag(field, WireType.Fixed32));
        BinaryPrimitives.WriteUInt32LittleEndian(room[at..], value);
        _length += at + sizeof(uint);
    }

    /// <summary>sint32 and sint64, zigzag.</summary>
    public void WriteSigned(int field, long value) => WriteVarint(field, (ulong)((value << 1) ^ (value >> 63)));

    /// <summary>bytes, a message that was written before, packed values.</summary>
    public void WriteBytes(int field, ReadOnlySpan<byte> value)
    {
        Span<byte> room = Reserve(LongestVarint + LongestLength + value.Length);
        int at = PutVarint(room, Tag(field, WireType.Bytes));
        at += PutVarint(room[at..], (ulong)value.Length);
        value.CopyTo(room[at..]);
        _length += at + value.Length;
    }

    /// <summary>string, as UTF-8; what is no valid UTF-16 is replaced, since receivers refuse the whole request for it.</summary>
    public void WriteString(int field, ReadOnlySpan<char> value)
    {
        int most = Encoding.UTF8.GetMaxByteCount(value.Length);
        Span<byte> room = Reserve(LongestVarint + LongestLength + most);
        int at = PutVarint(room, Tag(field, WireType.Bytes));
        // The length goes before the text: guess how many bytes it takes, which is right where there are few letters beyond ASCII.
        int guess = VarintSize((ulong)value.Length);
        int count = Encoding.UTF8.GetBytes(value, room[(at + guess)..]);
        int size = VarintSize((ulong)count);
        if (size != guess) room.Slice(at + guess, count).CopyTo(room[(at + size)..]);
        at += PutVarint(room[at..], (ulong)count);
        _length += at + count;
    }

    /// <summary>Fields that were encoded before, tags included.</summary>
    public void WriteEncoded(ReadOnlySpan<byte> fields)
    {
        fields.CopyTo(Reserve(fields.Length));
        _length += fields.Length;
    }

    /// <summary>One value of a packed field of varints, which is begun and ended as a message is.</summary>
    public void AddVarint(ulong value) => _length += PutVarint(Reserve(LongestVarint), value);

    /// <summary>One value of a packed field of fixed64 or double.</summary>
    public void AddFixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(sizeof(ulong)), value);
        _length += sizeof(ulong);
    }

    /// <summary>Begins a message in a message, whose length is known; what follows is it.</summary>
    public void WriteHead(int field, int length)
    {
        Span<byte> room = Reserve(LongestVarint + LongestLength);
        int at = PutVarint(room, Tag(field, WireType.Bytes));
        _length += at + PutVarint(room[at..], (ulong)length);
    }

    /// <summary>Begins a message in a message.</summary>
    /// <param name="expected">About how many bytes it will have: if its length then takes as many bytes, the message needs not be moved when it ends.
    /// </param>
    /// <returns>For <see cref="EndMessage"/>.</returns>
    public OpenMessage BeginMessage(int field, int expected = 100)
    {
        Span<byte> room = Reserve(LongestVarint + LongestLength);
        int reserved = VarintSize((ulong)expected);
        _length += PutVarint(room, Tag(field, WireType.Bytes)) + reserved;
        return new OpenMessage(_length, reserved);
    }

    /// <summary>Ends the message that was begun last.</summary>
    public void EndMessage(OpenMessage message)
    {
        int length = _length - message.Start;
        int size = VarintSize((ulong)length);
        int moved = size - message.Reserved;
        if (moved != 0)
        {
            if (moved > 0) Reserve(moved);
            _buffer.AsSpan(message.Start, length).CopyTo(_buffer.AsSpan(message.Start + moved));
            _length += moved;
        }
        PutVarint(_buffer.AsSpan(message.Start - message.Reserved), (ulong)length);
    }

    /// <summary>Bytes that a number takes as a varint, 1 to 10.</summary>
    public static int VarintSize(ulong value) => (BitOperations.Log2(value | 1) * 9 + 73) >> 6;

    private static ulong Tag(int field, WireType type) => ((ulong)field << 3) | (ulong)type;

    private static int PutVarint(Span<byte> room, ulong value)
    {
        if (value < 0x80)
        {
            room[0] = (byte)value;
            return 1;
        }
        int count = 0;
        for (; value >= 0x80; value >>= 7) room[count++] = (byte)(value | 0x80);
        room[count++] = (byte)value;
        return count;
    }

    private void Grow(int count) => Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, checked(_length + count)));
}

/// <summary>A message of a <see cref="ProtobufWriter"/> that has begun.</summary>
/// <param name="Start">Where its first field is.</param>
/// <param name="Reserved">Bytes before it that its length may take.</param>
internal readonly record struct OpenMessage(int Start, int Reserved);
