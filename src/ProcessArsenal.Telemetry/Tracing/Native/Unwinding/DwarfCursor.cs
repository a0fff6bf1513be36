using System.Buffers.Binary;

namespace ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

/// <summary>Reads values of DWARF one after the other. What goes beyond the end is 0 and sets <see cref="HasFailed"/>, for good.</summary>
/// <param name="bytes">What is read.</param>
/// <param name="address">That the first byte has when the file is loaded.</param>
internal ref struct DwarfCursor(ReadOnlySpan<byte> bytes, ulong address)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public bool HasFailed { get; private set; }

    /// <summary>Place of the next byte.</summary>
    public readonly int At => _at;

    public readonly int Left => HasFailed ? 0 : _bytes.Length - _at;

    public byte ReadByte() => Read(1) is [var value] ? value : (byte)0;

    public ulong ReadUnsigned(int size) => Read(size) is { Length: > 0 } value ? size switch
    {
        1 => value[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(value),
        4 => BinaryPrimitives.ReadUInt32LittleEndian(value),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(value),
    } : 0;

    public long ReadSigned(int size) => Read(size) is { Length: > 0 } value ? size switch
    {
        1 => (sbyte)value[0],
        2 => BinaryPrimitives.ReadInt16LittleEndian(value),
        4 => BinaryPrimitives.ReadInt32LittleEndian(value),
        _ => BinaryPrimitives.ReadInt64LittleEndian(value),
    } : 0;

    /// <summary>LEB128.</summary>
    public ulong ReadUleb()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = ReadByte();
            if (HasFailed) return 0;
            if (shift < 64) value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }
    }

    /// <inheritdoc cref="ReadUleb"/>
    public long ReadSleb()
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = ReadByte();
            if (HasFailed) return 0;
            if (shift < 64) value |= (long)(part & 0x7f) << shift;
            if (part >= 0x80) continue;
            if (shift + 7 < 64 && (part & 0x40) != 0) value |= -1L << (shift + 7);
            return value;
        }
    }

    /// <summary>A pointer in one of the encodings of .eh_frame (LSB 5.0 Core, 10.5).</summary>
    /// <param name="dataBase">What it may be relative to, beside its own place.</param>
    public ulong ReadPointer(byte encoding, ulong dataBase)
    {
        const byte Omitted = 0xff;
        if (encoding == Omitted) return 0;
        ulong place = address + (ulong)_at;
        ulong value = (encoding & 15) switch
        {
            0 or 4 => ReadUnsigned(8),
            1 => ReadUleb(),
            2 => ReadUnsigned(2),
            3 => ReadUnsigned(4),
            9 => (ulong)ReadSleb(),
            10 => (ulong)ReadSigned(2),
            11 => (ulong)ReadSigned(4),
            12 => (ulong)ReadSigned(8),
            _ => Fail(),
        };
        return (encoding & 0x70) switch
        {
            0 => value,
            0x10 => value + place,
            0x30 => value + dataBase,
            _ => Fail(),
        };
    }

    /// <summary>Bytes with their number before them.</summary>
    public ReadOnlySpan<byte> ReadBlock()
    {
        ulong length = ReadUleb();
        return length > int.MaxValue ? Read(-1) : Read((int)length);
    }

    public ReadOnlySpan<byte> Read(int count)
    {
        if (HasFailed || (uint)count > (uint)(_bytes.Length - _at))
        {
            _ = Fail();
            return default;
        }
        _at += count;
        return _bytes.Slice(_at - count, count);
    }

    /// <summary>A text that ends with a 0.</summary>
    public ReadOnlySpan<byte> ReadText()
    {
        int end = HasFailed ? -1 : _bytes[_at..].IndexOf((byte)0);
        if (end < 0)
        {
            _ = Fail();
            return default;
        }
        ReadOnlySpan<byte> text = Read(end);
        _ = ReadByte();
        return text;
    }

    /// <summary>Goes forward or back; a jump of an expression.</summary>
    public void Jump(int by)
    {
        if (_at + by < 0 || _at + by > _bytes.Length) _ = Fail();
        else _at += by;
    }

    private ulong Fail()
    {
        HasFailed = true;
        return 0;
    }
}
