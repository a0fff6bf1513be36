using System.Buffers.Binary;

namespace ProcessArsenal.Telemetry.EventPipe.NetTrace;

/// <summary>Cuts a live NetTrace stream (versions 4 and 5: what .NET 5 and later send) into its blocks. Keeps one block in memory, in a buffer that
/// grows to the largest so far. Not safe for concurrent use.</summary>
/// <param name="stream">Read from where it stands; never written to, nor disposed.</param>
internal sealed class NetTraceSource(Stream stream)
{
    /// <summary>The runtime's blocks have 100 KB or less, unless a single event has more.</summary>
    public const int LargestBlock = 16 * 1024 * 1024;

    private const byte NullReference = 1, BeginObject = 5, EndObject = 6;
    private const int OurVersion = 5;
    private const int LongestName = 64;
    private const int TraceSize = 48;

    private static ReadOnlySpan<byte> Magic => "Nettrace\u0014\0\0\0!FastSerialization.1"u8;

    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Place of <see cref="_start"/> in the stream: blocks are aligned by it.</summary>
    private long _position;

    private bool _hasBegun;

    /// <summary>Bytes taken from the stream so far.</summary>
    public long Position => _position;

    /// <summary>Waits for the next block, all of it.</summary>
    /// <exception cref="EndOfStreamException">The stream broke off: the target was killed, or the connection was cut.</exception>
    /// <exception cref="NetTraceException">This is no such stream, or its version is unknown.</exception>
    public async ValueTask<NetTraceBlock> ReadAsync(CancellationToken cancellationToken)
    {
        if (!_hasBegun)
        {
            await FillAsync(Magic.Length, cancellationToken);
            if (!Take(Magic.Length).Span.SequenceEqual(Magic)) throw new NetTraceException("The stream does not begin as NetTrace of version 4 or 5 does.");
            _hasBegun = true;
        }
        await FillAsync(1, cancellationToken);
        byte tag = Take(1).Span[0];
        if (tag == NullReference) return new NetTraceBlock(NetTraceBlockKind.End, default);
        if (tag != BeginObject) throw Broken("the beginning of an object", tag);

        const int typeHead = 1 + 1 + 4 + 4 + 4; // begin of the type, no type of its own, version, least reader version, length of the name
        await FillAsync(typeHead, cancellationToken);
        (int leastReader, int nameLength) = TakeType();
        await FillAsync(nameLength + 1, cancellationToken);
        NetTraceBlockKind kind = KindOf(Take(nameLength).Span);
        Expect(EndObject);
        if (leastReader > OurVersion && kind == NetTraceBlockKind.Trace) throw new NetTraceException($"The stream asks for a reader of version {leastReader}; we are {OurVersion}.");
        if (leastReader > OurVersion) kind = NetTraceBlockKind.Unknown; // To be skipped, as what has another name is.

        int size = TraceSize;
        if (kind != NetTraceBlockKind.Trace)
        {
            await FillAsync(sizeof(int), cancellationToken);
            size = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span);
            if (size is < 0 or > LargestBlock) throw new NetTraceException($"A block of {size} bytes at {_position}: more than {LargestBlock}, or no size at all.");
            int padding = (int)(-_position & 3);
            await FillAsync(padding, cancellationToken);
            _ = Take(padding);
        }
        await FillAsync(size + 1, cancellationToken);
        ReadOnlyMemory<byte> content = Take(size);
        Expect(EndObject);
        return new NetTraceBlock(kind, content);
    }

    private (int LeastReader, int NameLength) TakeType()
    {
        Expect(BeginObject);
        Expect(NullReference);
        var head = new BinaryCursor(Take(3 * sizeof(int)).Span);
        _ = head.ReadInt32(); // version
        int leastReader = head.ReadInt32();
        int length = head.ReadInt32();
        if (length is < 1 or > LongestName) throw new NetTraceException($"A type whose name has {length} bytes at {_position}.");
        return (leastReader, length);
    }

    private static NetTraceBlockKind KindOf(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("Trace"u8)) return NetTraceBlockKind.Trace;
        if (name.SequenceEqual("EventBlock"u8)) return NetTraceBlockKind.Event;
        if (name.SequenceEqual("MetadataBlock"u8)) return NetTraceBlockKind.Metadata;
        if (name.SequenceEqual("StackBlock"u8)) return NetTraceBlockKind.Stack;
        return name.SequenceEqual("SPBlock"u8) ? NetTraceBlockKind.SequencePoint : NetTraceBlockKind.Unknown;
    }

    private void Expect(byte tag)
    {
        byte found = Take(1).Span[0];
        if (found != tag) throw Broken($"tag {tag}", found);
    }

    private NetTraceException Broken(string expected, byte found) => new($"Expected {expected} at {_position - 1}, found {found}.");

    private ReadOnlyMemory<byte> Take(int count)
    {
        ReadOnlyMemory<byte> taken = _buffer.AsMemory(_start, count);
        _start += count;
        _position += count;
        return taken;
    }

    /// <summary>Waits until so many bytes are in the buffer.</summary>
    private async ValueTask FillAsync(int count, CancellationToken cancellationToken)
    {
        if (_end - _start >= count) return;
        if (_buffer.Length - _start < count)
        {
            byte[] target = _buffer.Length >= count ? _buffer : new byte[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count)];
            _buffer.AsSpan(_start, _end - _start).CopyTo(target);
            _buffer = target;
            _end -= _start;
            _start = 0;
        }
        while (_end - _start < count)
        {
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0) throw new EndOfStreamException($"The stream broke off at {_position + _end - _start}: the target has ended, or let go of us.");
            _end += read;
        }
    }
}
