using System.Buffers.Binary;
using ProcessArsenal.Telemetry.Tracing.Native.Symbols;

namespace ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

/// <summary>The unwinding rules of a file, read as they are wanted: .eh_frame_hdr (LSB 5.0 Core, 10.6.2) says where the entry of a function is.
/// Not safe for concurrent use.</summary>
internal sealed class FrameTable
{
    /// <summary>As every linker writes it: pairs of 32 bits, relative to the index.</summary>
    private const byte PairsOfIndex = 0x3b;

    private const int EntryBytes = 8, MostIndex = 64 << 20, LongestEntry = 1 << 20, MostKept = 8192;

    private readonly ElfFile _file;
    private readonly ulong _address;
    private readonly byte[] _index;
    private readonly int _first;
    private readonly Dictionary<int, FrameRows?> _kept = [];
    private readonly UnwindRoom _room;

    private FrameTable(ElfFile file, ulong address, byte[] index, int first, int count, UnwindRoom room)
    {
        _room = room;
        _file = file;
        _address = address;
        _index = index;
        _first = first;
        Count = count;
    }

    /// <summary>Functions that it has rules for.</summary>
    public int Count { get; }

    /// <param name="room">That those of all files have together; null for one's own.</param>
    /// <returns>Null if it has none, or in a form that we do not know, or there is no room for them.</returns>
    public static FrameTable? Of(ElfFile file, UnwindRoom? room = null)
    {
        room ??= new UnwindRoom();
        if (!file.IsX64 || file.UnwindIndex is not { } place || place.Length > MostIndex || !room.TryTakeIndex(place.Length) || file.Bytes.Read(place.Offset, place.Length, MostIndex) is not { } index) return null;
        var cursor = new DwarfCursor(index, place.Address);
        byte version = cursor.ReadByte(), entries = cursor.ReadByte(), counted = cursor.ReadByte(), pairs = cursor.ReadByte();
        _ = cursor.ReadPointer(entries, place.Address);
        ulong count = cursor.ReadPointer(counted, place.Address);
        if (cursor.HasFailed || version != 1 || pairs != PairsOfIndex) return null;
        return new FrameTable(file, place.Address, index, cursor.At, (int)Math.Min(count, (ulong)(cursor.Left / EntryBytes)), room);
    }

    /// <summary>The rows of the function at an address; null if none is there, or nothing that makes sense is said of it.</summary>
    public FrameRows? Find(ulong address)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (StartOf(middle) <= address) low = middle + 1;
            else high = middle;
        }
        return low == 0 || At(low - 1) is not { } rows || address < rows.Start || address >= rows.End ? null : rows;
    }

    /// <summary>The rows of a function, by its place in the index.</summary>
    public FrameRows? At(int place)
    {
        if (_kept.TryGetValue(place, out FrameRows? rows)) return rows;
        if (_kept.Count >= MostKept) _kept.Clear();
        rows = Read(_address + (ulong)Pair(place, sizeof(int)));
        if (rows is not null) _room.Take(rows);
        return _kept[place] = rows;
    }

    /// <summary>Lets go of what was read; it is read again when it is wanted.</summary>
    public void Forget() => _kept.Clear();

    private FrameRows? Read(ulong address)
    {
        if (Entry(address) is not { } fde) return null;
        // How far before itself what it has in common is.
        uint back = BinaryPrimitives.ReadUInt32LittleEndian(fde);
        if (back == 0 || Entry(address + sizeof(uint) - back) is not { } cie || BinaryPrimitives.ReadUInt32LittleEndian(cie) != 0) return null;
        return CallFrameInformation.Parse(fde.AsSpan(sizeof(uint)), address + (2 * sizeof(uint)), cie.AsSpan(sizeof(uint)), address - back + (3 * sizeof(uint)));
    }

    /// <summary>An entry without its length.</summary>
    private byte[]? Entry(ulong address)
    {
        if (_file.ToOffset(address) is not { } offset || !_file.Bytes.TryReadUInt32(offset, out uint length) || length < sizeof(uint)) return null;
        return _file.Bytes.Read(offset + sizeof(uint), length, LongestEntry); // 0xffffffff (64 bits follow) is too long, and nobody writes that.
    }

    private ulong StartOf(int place) => _address + (ulong)Pair(place, 0);

    private long Pair(int place, int half) => BinaryPrimitives.ReadInt32LittleEndian(_index.AsSpan(_first + (place * EntryBytes) + half));
}
