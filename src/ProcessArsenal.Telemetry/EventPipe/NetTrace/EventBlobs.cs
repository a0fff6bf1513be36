namespace ProcessArsenal.Telemetry.EventPipe.NetTrace;

/// <summary>One event, or the description of a kind of event, as it lies in a block.</summary>
internal ref struct EventBlob
{
    /// <summary>Which kind of event it is; 0 in a block of metadata.</summary>
    public int MetadataId;

    /// <summary>Counted by the thread that wrote it, over those that were lost as well.</summary>
    public uint Sequence;

    /// <summary>The thread that wrote it.</summary>
    public ulong CaptureThread;

    /// <summary>The thread that it is about.</summary>
    public ulong Thread;

    /// <summary>Number of its stack; 0 if it has none.</summary>
    public uint Stack;

    /// <summary>When, in ticks of the target's clock.</summary>
    public long Ticks;

    /// <summary>Valid while the block is.</summary>
    public ReadOnlySpan<byte> Payload;
}

/// <summary>Goes through the events of a block. In the compressed form each head says only what differs from the one before it.</summary>
internal ref struct EventBlobs
{
    private const int CompressedFlag = 1;
    private const int HeaderSize = 20;
    private const int GuidSize = 16;

    private readonly bool _compressed;
    private BinaryCursor _cursor;
    private EventBlob _current;
    private int _payloadSize;

    /// <param name="block">A block of events or of metadata.</param>
    public EventBlobs(ReadOnlySpan<byte> block)
    {
        _cursor = new BinaryCursor(block);
        int headerSize = _cursor.ReadInt16();
        int flags = _cursor.ReadInt16();
        _compressed = (flags & CompressedFlag) != 0;
        _cursor.Skip(Math.Max(headerSize, HeaderSize) - 2 * sizeof(short)); // The least and the greatest time, and what a later version adds.
    }

    public readonly EventBlob Current => _current;

    /// <summary>The block does not end where an event does.</summary>
    public readonly bool IsBroken => _cursor.HasFailed;

    /// <returns>False at the end of the block, or where it is broken.</returns>
    public bool MoveNext()
    {
        if (_cursor.Left == 0) return false;
        if (_compressed) ReadCompressed();
        else ReadPlain();
        return !_cursor.HasFailed;
    }

    private void ReadCompressed()
    {
        byte flags = _cursor.ReadByte();
        if ((flags & 1) != 0) _current.MetadataId = (int)_cursor.ReadVarUInt32();
        if ((flags & 2) != 0)
        {
            _current.Sequence += _cursor.ReadVarUInt32();
            _current.CaptureThread = _cursor.ReadVarUInt64();
            _ = _cursor.ReadVarUInt32(); // processor
        }
        if (_current.MetadataId != 0) _current.Sequence++;
        if ((flags & 4) != 0) _current.Thread = _cursor.ReadVarUInt64();
        if ((flags & 8) != 0) _current.Stack = _cursor.ReadVarUInt32();
        _current.Ticks = unchecked(_current.Ticks + (long)_cursor.ReadVarUInt64());
        if ((flags & 16) != 0) _cursor.Skip(GuidSize); // activity
        if ((flags & 32) != 0) _cursor.Skip(GuidSize); // related activity
        if ((flags & 128) != 0) _payloadSize = (int)_cursor.ReadVarUInt32();
        _current.Payload = _cursor.ReadBytes(_payloadSize);
    }

    private void ReadPlain()
    {
        int size = _cursor.ReadInt32();
        var blob = new BinaryCursor(_cursor.ReadBytes(size));
        _current.MetadataId = blob.ReadInt32() & int.MaxValue; // The highest bit says that it is in order.
        _current.Sequence = (uint)blob.ReadInt32();
        _current.Thread = (ulong)blob.ReadInt64();
        _current.CaptureThread = (ulong)blob.ReadInt64();
        blob.Skip(sizeof(int)); // processor
        _current.Stack = (uint)blob.ReadInt32();
        _current.Ticks = blob.ReadInt64();
        blob.Skip(2 * GuidSize);
        _current.Payload = blob.ReadBytes(blob.ReadInt32());
        if (blob.HasFailed) _cursor.Skip(int.MaxValue);
        else _cursor.Skip(Math.Min(-size & 3, _cursor.Left)); // Each begins at a multiple of four.
    }
}
