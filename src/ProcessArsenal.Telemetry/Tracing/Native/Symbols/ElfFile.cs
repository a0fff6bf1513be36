using System.Buffers.Binary;

namespace ProcessArsenal.Telemetry.Tracing.Native.Symbols;

/// <summary>A 64-bit little-endian ELF file (elf(5)): where its segments are, its build id, its symbols. Whatever it says of itself is checked and bounded.</summary>
internal sealed class ElfFile
{
    private const int HeaderBytes = 64, SegmentBytes = 56, SectionBytes = 64, SymbolBytes = 24, MostSegments = 256, MostSections = 16_384, MostNote = 64 << 10, LongestName = 4096, MostSymbols = 20_000_000;
    private const uint Load = 1, Note = 4, EhFrameHeader = 0x6474e550, SymbolTable = 2, DynamicSymbols = 11;
    private const int NoType = 0, Function = 2, IndirectFunction = 10;

    private readonly ByteSource _bytes;
    private readonly List<Segment> _loaded = [];
    private readonly List<Section> _symbols = [];

    private ElfFile(ByteSource bytes) => _bytes = bytes;

    /// <summary>Its bytes.</summary>
    public ByteSource Bytes => _bytes;

    /// <summary>Made for x86-64.</summary>
    public bool IsX64 { get; private set; }

    /// <summary>Names this very build (ld(1), --build-id); null if it has none.</summary>
    public byte[]? BuildId { get; private set; }

    /// <summary>Where the index of its unwinding rules is: address, place in the file, bytes; null if it has none.</summary>
    public (ulong Address, ulong Offset, ulong Length)? UnwindIndex { get; private set; }

    /// <summary>Whether it has a symbol table of its own, not only what it exports.</summary>
    public bool HasSymbols => _symbols.Exists(static section => section.Type == SymbolTable);

    /// <returns>Null if it is none.</returns>
    public static ElfFile? Parse(ByteSource bytes)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (bytes.Read(0, header) != HeaderBytes || header[0] != 0x7f || !header[1..].StartsWith("ELF"u8) || header[4] != 2 || header[5] != 1) return null;
        var file = new ElfFile(bytes) { IsX64 = BinaryPrimitives.ReadUInt16LittleEndian(header[18..]) == 62 };
        file.ReadSegments(Word(header, 32), Half(header, 54), Half(header, 56));
        file.ReadSections(Word(header, 40), Half(header, 58), Half(header, 60));
        return file;
    }

    /// <summary>The address that the file gives a place in it; null if that is not loaded.</summary>
    public ulong? ToAddress(ulong offset)
    {
        foreach (Segment segment in _loaded)
            if (offset >= segment.Offset && offset - segment.Offset < segment.Length) return segment.Address + (offset - segment.Offset);
        return null;
    }

    /// <summary>The place in the file of an address; null if it has none.</summary>
    public ulong? ToOffset(ulong address)
    {
        foreach (Segment segment in _loaded)
            if (address >= segment.Address && address - segment.Address < segment.Length) return segment.Offset + (address - segment.Address);
        return null;
    }

    /// <summary>Looks up addresses of the file.</summary>
    /// <param name="wanted">Ascending, each once.</param>
    /// <returns>The names of functions, as the linker has them.</returns>
    public Dictionary<ulong, string> NamesOf(ulong[] wanted)
    {
        var names = new Dictionary<ulong, string>();
        foreach (Section table in _symbols.OrderBy(static section => section.Type)) // Its own symbols first, they are more.
        {
            ulong[] rest = [.. wanted.Where(address => !names.ContainsKey(address))];
            if (rest.Length == 0) break;
            var nearest = new NearestBelow(rest);
            AddAll(table, nearest);
            var texts = new NameReader(token => _bytes.ReadText(table.NamesAt + (ulong)token, LongestName));
            foreach ((ulong address, long token) in nearest.Found())
                if (texts.Of(token) is { } name) names[address] = name;
        }
        return names;
    }

    private void AddAll(Section table, NearestBelow nearest)
    {
        byte[] buffer = new byte[SymbolBytes * 4096];
        ulong end = table.Offset + Math.Min(table.Length, (ulong)MostSymbols * SymbolBytes);
        for (ulong at = table.Offset; at < end; at += (ulong)buffer.Length)
        {
            int count = _bytes.Read((long)at, buffer.AsSpan(0, (int)Math.Min((ulong)buffer.Length, end - at))) / SymbolBytes;
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> symbol = buffer.AsSpan(i * SymbolBytes, SymbolBytes);
                uint name = BinaryPrimitives.ReadUInt32LittleEndian(symbol);
                int type = symbol[4] & 15, binding = symbol[4] >> 4;
                ushort section = Half(symbol, 6);
                ulong value = Word(symbol, 8), size = Word(symbol, 16);
                // Of assembly functions often nothing is said but where they begin.
                if (section == 0 || name == 0 || name >= table.NamesLength || type is not (NoType or Function or IndirectFunction)) continue;
                nearest.Add(value, type == NoType ? 0 : size, (type == NoType ? 0 : 4) + (binding == 1 ? 2 : binding == 2 ? 1 : 0), name);
            }
            if (count * SymbolBytes < buffer.Length) break;
        }
    }

    private void ReadSegments(ulong at, int size, int count)
    {
        if (size != SegmentBytes || count > MostSegments || _bytes.Read(at, (ulong)count * SegmentBytes, MostSegments * SegmentBytes) is not { } table) return;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = table.AsSpan(i * SegmentBytes, SegmentBytes);
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(entry);
            var segment = new Segment(Word(entry, 8), Word(entry, 16), Word(entry, 32));
            if (segment.Length > ulong.MaxValue - segment.Offset || segment.Length > ulong.MaxValue - segment.Address) continue;
            if (type == Load) _loaded.Add(segment);
            if (type == EhFrameHeader) UnwindIndex = (segment.Address, segment.Offset, segment.Length);
            if (type == Note) BuildId ??= FindBuildId(segment);
        }
    }

    /// <summary>A note has the lengths of its name and its content, a kind, and these two, each filled up to four bytes.</summary>
    private byte[]? FindBuildId(Segment segment)
    {
        if (_bytes.Read(segment.Offset, segment.Length, MostNote) is not { } notes) return null;
        for (long at = 0; at + 12 <= notes.Length;)
        {
            ReadOnlySpan<byte> note = notes.AsSpan((int)at);
            uint name = BinaryPrimitives.ReadUInt32LittleEndian(note), content = BinaryPrimitives.ReadUInt32LittleEndian(note[4..]), kind = BinaryPrimitives.ReadUInt32LittleEndian(note[8..]);
            long contentAt = 12 + (((long)name + 3) & ~3L), next = contentAt + (((long)content + 3) & ~3L);
            if (contentAt + content > note.Length) return null;
            if (kind == 3 && name == 4 && content is > 1 and <= 64 && note[12..].StartsWith("GNU\0"u8)) return note.Slice((int)contentAt, (int)content).ToArray();
            at += next;
        }
        return null;
    }

    private void ReadSections(ulong at, int size, int count)
    {
        if (at == 0 || size != SectionBytes || count > MostSections || _bytes.Read(at, (ulong)count * SectionBytes, MostSections * SectionBytes) is not { } table) return;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = table.AsSpan(i * SectionBytes, SectionBytes);
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]), link = BinaryPrimitives.ReadUInt32LittleEndian(entry[40..]);
            if (type is not (SymbolTable or DynamicSymbols) || link >= count) continue;
            ReadOnlySpan<byte> texts = table.AsSpan((int)link * SectionBytes, SectionBytes);
            var section = new Section(type, Word(entry, 24), Word(entry, 32), Word(texts, 24), Word(texts, 32));
            ulong length = (ulong)_bytes.Length;
            if (section.Offset <= length && section.Length <= length - section.Offset && section.NamesAt <= length && section.NamesLength <= length - section.NamesAt) _symbols.Add(section);
        }
    }

    private static ulong Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    private static ushort Half(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private readonly record struct Segment(ulong Offset, ulong Address, ulong Length);

    private readonly record struct Section(uint Type, ulong Offset, ulong Length, ulong NamesAt, ulong NamesLength);
}
