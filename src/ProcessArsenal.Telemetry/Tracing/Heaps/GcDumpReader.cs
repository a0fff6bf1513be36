using System.Buffers.Binary;
using System.Text;

namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>Reads files of .gcdump: ours, and those of dotnet-gcdump. Where objects lay is not read.</summary>
internal sealed class GcDumpReader
{
    private const int LongestText = 64 * 1024;

    private readonly Stream _stream;
    private readonly HeapLimits _limits;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _next, _end;
    private long _nameBytes;

    private GcDumpReader(Stream stream, HeapLimits limits) => (_stream, _limits) = (stream, limits);

    /// <param name="stream">Has a length; read from its beginning, not disposed.</param>
    /// <exception cref="HeapException">It is none, was cut, or is beyond the limits.</exception>
    public static HeapGraph Read(Stream stream, HeapLimits limits) => new GcDumpReader(stream, limits).Read();

    private HeapGraph Read()
    {
        Expect(Text(32) == "!FastSerialization.1");
        (string type, _) = Begin();
        Expect(type == "GCHeapDump");
        (type, int least) = Begin();
        if (type != "Graphs.MemoryGraph" || least > 0) throw new HeapException($"The file has a graph of a kind that we do not read ({type}, which asks for version {least}).");
        HeapGraph graph = Graph();
        graph.Facts = About(graph.Facts);
        return graph;
    }

    private HeapGraph Graph()
    {
        _ = Int64();
        int root = Int32(), typeCount = Count(_limits.Types, 12, "types");
        var types = new string[typeCount];
        var sizes = new int[typeCount];
        for (int i = 0; i < typeCount; i++)
        {
            types[i] = Text(LongestText) ?? HeapType.Unnamed;
            if ((_nameBytes += types[i].Length * sizeof(char)) > _limits.NameBytes) throw new HeapException("The names in the file have more than we keep.");
            sizes[i] = Math.Max(0, Int32());
            _ = Text(LongestText);
        }
        int count = Count((int)Math.Min(int.MaxValue, _limits.Objects + 1_000_000L), sizeof(int), "objects");
        Expect(typeCount > 0 && root >= 0 && root < count);
        var places = new uint[count];
        for (int i = 0; i < count; i++) places[i] = (uint)Int32();
        long bytes = (uint)Int32();
        if (bytes > _limits.Bytes) throw new HeapException("The file has more than we keep.");
        var nodes = new ByteChunks(_limits.Bytes);
        while (nodes.Length < bytes)
        {
            if (_next == _end) Fill();
            int part = (int)Math.Min(bytes - nodes.Length, _end - _next);
            nodes.Add(_buffer.AsSpan(_next, part));
            _next += part;
        }
        Skip(Count(int.MaxValue, sizeof(long), "addresses") * (long)sizeof(long));
        Expect(Byte() == GcDumpWriter.TaggedByte);
        _ = Byte();
        Expect(Byte() == GcDumpWriter.EndObject);
        return Sum(new HeapGraph(nodes, places, types, sizes, root, new HeapFacts(0, 0, null)));
    }

    private static HeapGraph Sum(HeapGraph graph)
    {
        bool[] isObject = [.. graph.Types.Select(static name => name != "UNDEFINED" && !RootNames.IsRoot(name))];
        long objects = 0, bytes = 0;
        for (int i = 0; i < graph.Count; i++)
        {
            HeapNode node = graph.Open(i);
            if (!isObject[node.Type]) continue;
            objects++;
            bytes += node.Size;
        }
        graph.Facts = new HeapFacts(objects, bytes, null);
        return graph;
    }

    private HeapFacts About(HeapFacts facts)
    {
        _ = Byte();
        float counts = BitConverter.Int32BitsToSingle(Int32()), sizes = BitConverter.Int32BitsToSingle(Int32());
        if (counts is > 1.0001f || sizes is > 1.0001f) facts = facts with { Incomplete = "the file has only a part of the objects, chosen by the tool that made it" };
        if (Byte() != GcDumpWriter.NullReference || Byte() != GcDumpWriter.NullReference) return facts; // What is in there we do not need, nor know where it ends.
        facts = GcDumpNotes.Read(Text(LongestText) ?? "", facts);
        long ticks = Int64();
        _ = Text(LongestText);
        string? process = Text(LongestText);
        int pid = Int32();
        return facts with
        {
            Taken = ticks > DateTime.UnixEpoch.Ticks && ticks < DateTime.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null,
            Process = process,
            Pid = pid > 0 ? pid : null,
        };
    }

    private (string Type, int LeastReader) Begin()
    {
        Expect(Byte() == GcDumpWriter.BeginObject && Byte() == GcDumpWriter.BeginObject && Byte() == GcDumpWriter.NullReference);
        _ = Int32();
        int least = Int32();
        string name = Text(256) ?? "";
        Expect(Byte() == GcDumpWriter.EndObject);
        return (name, least);
    }

    /// <summary>How many follow: no more than the file has room for.</summary>
    private int Count(int most, int bytesOfOne, string what)
    {
        int count = Int32();
        long left = _stream.Length - _stream.Position + _end - _next;
        if (count < 0 || (long)count * bytesOfOne > left) throw Broken();
        return count <= most ? count : throw new HeapException($"The file has {count} {what}, which is more than the {most} that we keep.");
    }

    private string? Text(int longest)
    {
        int length = Int32();
        if (length == -1) return null;
        if (length < 0 || length > longest) throw Broken();
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = Byte();
        return Encoding.UTF8.GetString(bytes);
    }

    private long Int64() => (uint)Int32() | ((long)Int32() << 32);

    private int Int32()
    {
        if (_end - _next >= sizeof(int))
        {
            _next += sizeof(int);
            return BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_next - sizeof(int)));
        }
        return Byte() | (Byte() << 8) | (Byte() << 16) | (Byte() << 24);
    }

    private byte Byte()
    {
        if (_next == _end) Fill();
        return _buffer[_next++];
    }

    private void Skip(long count)
    {
        while (count > 0)
        {
            if (_next == _end) Fill();
            int part = (int)Math.Min(count, _end - _next);
            _next += part;
            count -= part;
        }
    }

    private void Fill()
    {
        _next = 0;
        _end = _stream.Read(_buffer);
        if (_end == 0) throw Broken();
    }

    private static void Expect(bool holds)
    {
        if (!holds) throw Broken();
    }

    private static HeapException Broken() => new("It is no file of .gcdump, or was cut or changed.");
}
