using System.Text;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>One event to be written.</summary>
public sealed record WrittenEvent(int Kind, ulong Thread, uint Sequence, long Ticks, byte[] Payload)
{
    /// <summary>Of its stack.</summary>
    public byte[] Addresses { get; init; } = [];
}

/// <summary>Writes NetTrace streams of version 4, as the runtime does; in either form of the heads of events.</summary>
internal sealed class NetTraceWriter : IDisposable
{
    private readonly MemoryStream _stream = new();
    private readonly BinaryWriter _writer;
    private uint _stacks;

    public NetTraceWriter()
    {
        _writer = new BinaryWriter(_stream);
        _writer.Write("Nettrace"u8);
        _writer.Write(20);
        _writer.Write("!FastSerialization.1"u8);
        Begin("Trace", 4);
        foreach (int part in (int[])[2026, 1, 5, 2, 3, 4, 5, 6]) _writer.Write((short)part);
        _writer.Write(1_000L); // ticks
        _writer.Write(1_000_000_000L); // a second
        foreach (int value in (int[])[8, 4711, 2, 0]) _writer.Write(value);
        _writer.Write((byte)6);
    }

    public void Dispose() => _writer.Dispose();

    public byte[] End()
    {
        _writer.Write((byte)1);
        return _stream.ToArray();
    }

    /// <summary>What has been written so far: a stream that breaks off.</summary>
    public byte[] SoFar() => _stream.ToArray();

    public NetTraceWriter Kinds(params (int Id, string Provider, int EventId, string Name)[] kinds)
    {
        var events = new List<WrittenEvent>();
        foreach ((int id, string provider, int eventId, string name) in kinds)
        {
            var content = new MemoryStream();
            using var payload = new BinaryWriter(content);
            payload.Write(id);
            payload.Write(Encoding.Unicode.GetBytes(provider + "\0"));
            payload.Write(eventId);
            payload.Write(Encoding.Unicode.GetBytes(name + "\0"));
            payload.Write(0x5L);
            payload.Write(1);
            payload.Write(4);
            payload.Write(1);
            payload.Write(18);
            payload.Write(Encoding.Unicode.GetBytes("text\0"));
            events.Add(new WrittenEvent(0, 0, 0, 0, content.ToArray()));
        }
        return Events(events, name: "MetadataBlock");
    }

    public NetTraceWriter Events(IEnumerable<WrittenEvent> events, bool compressed = true, string name = "EventBlock")
    {
        Dictionary<WrittenEvent, uint> stacks = Stacks(events = [.. events]);
        var content = new MemoryStream();
        var block = new BinaryWriter(content);
        block.Write((short)20);
        block.Write((short)(compressed ? 1 : 0));
        block.Write(0L);
        block.Write(long.MaxValue);
        if (compressed) WriteCompressed(block, events, stacks);
        else WritePlain(block, events, stacks);
        return Block(name, content.ToArray());
    }

    /// <summary>Writes the stacks of events.</summary>
    /// <returns>Their numbers.</returns>
    private Dictionary<WrittenEvent, uint> Stacks(IEnumerable<WrittenEvent> events)
    {
        var numbers = new Dictionary<WrittenEvent, uint>(ReferenceEqualityComparer.Instance);
        WrittenEvent[] with = [.. events.Where(static value => value.Addresses.Length > 0)];
        if (with.Length == 0) return numbers;
        var content = new MemoryStream();
        using var block = new BinaryWriter(content);
        block.Write(_stacks + 1);
        block.Write(with.Length);
        foreach (WrittenEvent value in with)
        {
            numbers[value] = ++_stacks;
            block.Write(value.Addresses.Length);
            block.Write(value.Addresses);
        }
        Block("StackBlock", content.ToArray());
        return numbers;
    }

    public NetTraceWriter SequencePoint(params (ulong Thread, uint Number)[] threads)
    {
        var content = new MemoryStream();
        var block = new BinaryWriter(content);
        block.Write(0L);
        block.Write(threads.Length);
        foreach ((ulong thread, uint number) in threads)
        {
            block.Write(thread);
            block.Write(number);
        }
        return Block("SPBlock", content.ToArray());
    }

    public NetTraceWriter Block(string name, byte[] content, int leastReader = 2)
    {
        Begin(name, leastReader);
        _writer.Write(content.Length);
        while (_stream.Position % 4 != 0) _writer.Write((byte)0);
        _writer.Write(content);
        _writer.Write((byte)6);
        return this;
    }

    private void Begin(string name, int leastReader)
    {
        _writer.Write([5, 5, 1]);
        _writer.Write(leastReader);
        _writer.Write(leastReader);
        _writer.Write(name.Length);
        _writer.Write(Encoding.ASCII.GetBytes(name));
        _writer.Write((byte)6);
    }

    /// <summary>Says only what changed, as the runtime does.</summary>
    private static void WriteCompressed(BinaryWriter block, IEnumerable<WrittenEvent> events, Dictionary<WrittenEvent, uint> stacks)
    {
        var last = new WrittenEvent(0, 0, 0, 0, []);
        ulong capture = 0;
        uint stack = 0;
        foreach (WrittenEvent value in events)
        {
            uint expected = value.Kind != 0 ? last.Sequence + 1 : last.Sequence;
            bool hasSequence = value.Kind != 0 && (expected != value.Sequence || capture != value.Thread);
            int flags = (value.Kind != last.Kind ? 1 : 0) | (hasSequence ? 2 : 0) | (value.Thread != last.Thread ? 4 : 0) | (stacks.GetValueOrDefault(value) != stack ? 8 : 0) | (value.Payload.Length != last.Payload.Length ? 128 : 0);
            block.Write((byte)flags);
            if ((flags & 1) != 0) block.Write7BitEncodedInt(value.Kind);
            if (hasSequence)
            {
                block.Write7BitEncodedInt(unchecked((int)(value.Sequence - 1 - last.Sequence)));
                block.Write7BitEncodedInt64(unchecked((long)value.Thread));
                block.Write7BitEncodedInt(1);
                capture = value.Thread;
            }
            if ((flags & 4) != 0) block.Write7BitEncodedInt64(unchecked((long)value.Thread));
            if ((flags & 8) != 0) block.Write7BitEncodedInt(unchecked((int)(stack = stacks.GetValueOrDefault(value))));
            block.Write7BitEncodedInt64(unchecked(value.Ticks - last.Ticks));
            if ((flags & 128) != 0) block.Write7BitEncodedInt(value.Payload.Length);
            block.Write(value.Payload);
            last = value;
        }
    }

    private static void WritePlain(BinaryWriter block, IEnumerable<WrittenEvent> events, Dictionary<WrittenEvent, uint> stacks)
    {
        foreach (WrittenEvent value in events)
        {
            block.Write(4 + 4 + 8 + 8 + 4 + 4 + 8 + 32 + 4 + value.Payload.Length);
            block.Write(value.Kind | int.MinValue);
            block.Write(value.Sequence);
            block.Write(value.Thread);
            block.Write(value.Thread);
            block.Write(1);
            block.Write(stacks.GetValueOrDefault(value));
            block.Write(value.Ticks);
            block.Write(new byte[32]);
            block.Write(value.Payload.Length);
            block.Write(value.Payload);
            while (block.BaseStream.Position % 4 != 0) block.Write((byte)0);
        }
    }
}

/// <summary>Hands bytes out in pieces, as a socket does.</summary>
internal sealed class PieceStream(byte[] content, int largest) : MemoryStream(content)
{
    private readonly Random _random = new(content.Length);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, _random.Next(1, largest + 1))], cancellationToken);
}
