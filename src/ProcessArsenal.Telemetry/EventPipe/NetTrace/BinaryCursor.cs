using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ProcessArsenal.Telemetry.EventPipe.NetTrace;

/// <summary>Reads little-endian values one after the other. What goes beyond the end is 0 and sets <see cref="HasFailed"/>, for good: so the caller
/// asks once, when it has read all.</summary>
internal ref struct BinaryCursor(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Something did not fit, or was no number of its size.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Bytes that are left; 0 after a failure.</summary>
    public readonly int Left => _rest.Length;

    public byte ReadByte() => Take(1) is { Length: 1 } bytes ? bytes[0] : (byte)0;

    public short ReadInt16() => Take(sizeof(short)) is { Length: sizeof(short) } bytes ? BinaryPrimitives.ReadInt16LittleEndian(bytes) : (short)0;

    public int ReadInt32() => Take(sizeof(int)) is { Length: sizeof(int) } bytes ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : 0;

    public long ReadInt64() => Take(sizeof(long)) is { Length: sizeof(long) } bytes ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;

    /// <summary>Seven bits a byte, the lowest first, the eighth set on all but the last: at most five bytes.</summary>
    public uint ReadVarUInt32()
    {
        ulong value = ReadVarUInt64();
        if (value > uint.MaxValue) Fail();
        return HasFailed ? 0 : (uint)value;
    }

    /// <inheritdoc cref="ReadVarUInt32"/>
    public ulong ReadVarUInt64()
    {
        ulong value = 0;
        for (int i = 0; i < _rest.Length && i < 10; i++)
        {
            byte part = _rest[i];
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part >= 0x80) continue;
            if (i == 9 && part > 1) break; // The tenth byte has room for one bit.
            _rest = _rest[(i + 1)..];
            return value;
        }
        Fail();
        return 0;
    }

    /// <summary>UTF-16 text that ends with a 0, without it. Valid while the bytes are.</summary>
    public ReadOnlySpan<char> ReadText()
    {
        // It need not begin at an even address.
        int length = IndexOfZero(_rest);
        if (length < 0)
        {
            Fail();
            return default;
        }
        ReadOnlySpan<char> text = MemoryMarshal.Cast<byte, char>(_rest[..length]);
        _rest = _rest[(length + sizeof(char))..];
        return text;
    }

    public ReadOnlySpan<byte> ReadBytes(int count) => Take(count);

    public void Skip(int count) => _ = Take(count);

    private static int IndexOfZero(ReadOnlySpan<byte> bytes)
    {
        int index = MemoryMarshal.Cast<byte, char>(bytes).IndexOf('\0');
        return index < 0 ? -1 : index * sizeof(char);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)_rest.Length)
        {
            Fail();
            return default;
        }
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private void Fail()
    {
        HasFailed = true;
        _rest = default;
    }
}
