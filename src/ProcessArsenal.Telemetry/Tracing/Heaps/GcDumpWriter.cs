using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>Writes a graph as a file of .gcdump, which PerfView, Visual Studio and dotnet-gcdump open: objects of FastSerialization
/// (<see href="https://github.com/microsoft/perfview/blob/main/src/FastSerialization/FastSerialization.cs">FastSerialization.cs</see>): GCHeapDump of version
/// 10, and in it Graphs.MemoryGraph of version 1.</summary>
internal sealed class GcDumpWriter : IDisposable
{
    public const string Tool = "process-arsenal";

    internal const byte NullReference = 1, BeginObject = 4, EndObject = 6, TaggedByte = 8, SkipRegion = 12, TaggedString = 13;

    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _used;
    private long _written;

    private GcDumpWriter(Stream stream) => _stream = stream;

    /// <param name="stream">Written to from where it stands, which is the beginning of the file; not disposed.</param>
    /// <exception cref="IOException">It can't be written.</exception>
    /// <exception cref="HeapException">It is more than such a file can hold.</exception>
    public static void Write(HeapGraph graph, Stream stream)
    {
        using var writer = new GcDumpWriter(stream);
        writer.Text("!FastSerialization.1");
        writer.Begin("GCHeapDump", 10, 8);
        writer.Graph(graph);
        writer.About(graph.Facts);
        writer.End();
    }

    public void Dispose() => Flush();

    private void Graph(HeapGraph graph)
    {
        Begin("Graphs.MemoryGraph", 1, 0);
        Int64(graph.Facts.Bytes);
        Int32(graph.Root);
        Int32(graph.Types.Length);
        for (int i = 0; i < graph.Types.Length; i++)
        {
            Text(graph.Types[i]);
            Int32(graph.UsualSizes[i]);
            Text(null); // which module
        }
        Int32(graph.Count);
        foreach (uint place in graph.Places) Int32((int)place);
        Int32((int)graph.Nodes.Length);
        for (long at = 0; at < graph.Nodes.Length;)
        {
            ReadOnlySpan<byte> piece = graph.Nodes.At(at);
            Bytes(piece);
            at += piece.Length;
        }
        Int32(graph.Count);
        int addresses = 0;
        foreach (ulong address in graph.Addresses?.Addresses() ?? [])
        {
            Int64((long)address);
            addresses++;
        }
        for (; addresses < graph.Count; addresses++) Int64(0);
        Byte(TaggedByte);
        Byte(1); // 64 bits
        Byte(EndObject);
    }

    private void About(HeapFacts facts)
    {
        Byte(1); // 64 bits
        Int32(BitConverter.SingleToInt32Bits(1)); // Nothing was left out, so that numbers need not be multiplied.
        Int32(BitConverter.SingleToInt32Bits(1));
        Byte(NullReference); // of JavaScript
        Byte(NullReference); // segments
        Text(GcDumpNotes.Of(facts));
        Int64(facts.Taken?.UtcDateTime.Ticks ?? 0);
        Text(null); // machine
        Text(facts.Process);
        Int32(facts.Pid ?? 0);
        Int64(0);
        Int64(0);
        Int32(0); // multipliers
        Byte(SkipRegion);
        Int32(0); // The first of the references below.
        Byte(NullReference); // COM
        long region = _written;
        Byte(TaggedString);
        Text(Tool);
        Byte(EndObject);
        Byte(EndObject);
        _region = region;
    }

    private long _region;

    /// <summary>Where regions end, and where that is told.</summary>
    private void End()
    {
        long table = _written;
        Int32(1);
        Int32((int)_region);
        long pointer = _written;
        Int32((int)table);
        Int32((int)pointer);
        if (_written > uint.MaxValue) throw new HeapException("The heap has more than a file of .gcdump can hold.");
    }

    private void Begin(string type, int version, int leastReader)
    {
        Byte(BeginObject);
        Byte(BeginObject);
        Byte(NullReference);
        Int32(version);
        Int32(leastReader);
        Text(type);
        Byte(EndObject);
    }

    private void Text(string? text)
    {
        if (text is null)
        {
            Int32(-1);
            return;
        }
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Int32(bytes.Length);
        Bytes(bytes);
    }

    private void Int32(int value)
    {
        Reserve(sizeof(int));
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_used), value);
        Advance(sizeof(int));
    }

    private void Int64(long value)
    {
        Reserve(sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(_used), value);
        Advance(sizeof(long));
    }

    private void Byte(byte value)
    {
        Reserve(1);
        _buffer[_used] = value;
        Advance(1);
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        Flush();
        _stream.Write(bytes);
        _written += bytes.Length;
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _used < count) Flush();
    }

    private void Advance(int count)
    {
        _used += count;
        _written += count;
    }

    private void Flush()
    {
        _stream.Write(_buffer, 0, _used);
        _used = 0;
    }
}

/// <summary>What such a file has no field for, in the one for people.</summary>
internal static class GcDumpNotes
{
    private const string Pause = "pause ", Incomplete = "incomplete: ";

    public static string Of(HeapFacts facts) =>
        (facts.PauseSeconds is { } pause ? string.Create(CultureInfo.InvariantCulture, $"{Pause}{pause:F6} s\n") : "") + (facts.Incomplete is { } why ? $"{Incomplete}{why}\n" : "");

    public static HeapFacts Read(string notes, HeapFacts facts)
    {
        foreach (string line in notes.Split('\n'))
        {
            if (line.StartsWith(Incomplete, StringComparison.Ordinal)) facts = facts with { Incomplete = line[Incomplete.Length..] };
            if (line.StartsWith(Pause, StringComparison.Ordinal) && double.TryParse(line[Pause.Length..].TrimEnd('s', ' '), CultureInfo.InvariantCulture, out double seconds))
                facts = facts with { PauseSeconds = seconds };
        }
        return facts;
    }
}
