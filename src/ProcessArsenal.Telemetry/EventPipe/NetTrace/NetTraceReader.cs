namespace ProcessArsenal.Telemetry.EventPipe.NetTrace;

/// <summary>Reads a live NetTrace stream and hands its events out as they come. Allocates for a new kind of event and for a larger block, never for an
/// event. Not safe for concurrent use.</summary>
/// <param name="stream">Read from where it stands; neither written to nor disposed.</param>
/// <param name="keepsStacks">Events are handed out with their stacks.</param>
internal sealed class NetTraceReader(Stream stream, bool keepsStacks = false)
{
    /// <summary>Kinds of events that are remembered; those beyond are counted in <see cref="Unknown"/>. A target has some hundreds.</summary>
    public const int MostKinds = 16_384;

    /// <summary>Bytes of all descriptions that are remembered.</summary>
    public const int MostKindBytes = 8 * 1024 * 1024;

    private readonly NetTraceSource _source = new(stream);
    private readonly Dictionary<int, EventMetadata> _kinds = [];
    private readonly LostEvents _lost = new();
    private readonly EventStacks? _stacks = keepsStacks ? new EventStacks() : null;
    private TraceHeader? _header;
    private int _kindBytes;
    private long _wholeBytes;

    /// <summary>What holds for the stream; null until it has come.</summary>
    public TraceHeader? Header => Volatile.Read(ref _header);

    /// <summary>Events handed out.</summary>
    public long Events { get; private set; }

    /// <summary>Events that the target wrote and that never came: its buffer was full.</summary>
    public long Lost => _lost.Count;

    /// <summary>Events of a kind that was not described.</summary>
    public long Unknown { get; private set; }

    /// <summary>Blocks of a kind that we do not know; skipped.</summary>
    public long UnknownBlocks { get; private set; }

    /// <summary>Bytes read.</summary>
    public long Bytes => _source.Position;

    /// <summary>Bytes read up to the end of the last block that was whole and made sense. May be asked by any thread.</summary>
    public long WholeBytes => Volatile.Read(ref _wholeBytes);

    /// <summary>Reads until the target ends the stream.</summary>
    /// <exception cref="EndOfStreamException">It broke off.</exception>
    /// <exception cref="NetTraceException">It has another shape: nothing that follows can be trusted.</exception>
    public async Task ReadAsync(NetTraceHandler handler, CancellationToken cancellationToken)
    {
        while (true)
        {
            NetTraceBlock block = await _source.ReadAsync(cancellationToken);
            if (block.Kind == NetTraceBlockKind.End) return;
            Take(block, handler);
            Volatile.Write(ref _wholeBytes, _source.Position);
        }
    }

    private void Take(in NetTraceBlock block, NetTraceHandler handler)
    {
        switch (block.Kind)
        {
            case NetTraceBlockKind.Trace:
                Volatile.Write(ref _header, TraceHeader.Parse(block.Content.Span));
                break;
            case NetTraceBlockKind.Metadata:
                TakeKinds(block.Content.Span);
                break;
            case NetTraceBlockKind.Event:
                TakeEvents(block.Content.Span, handler);
                break;
            case NetTraceBlockKind.SequencePoint:
                _lost.Check(block.Content.Span);
                _stacks?.Clear();
                break;
            case NetTraceBlockKind.Unknown:
                UnknownBlocks++;
                break;
            case NetTraceBlockKind.Stack:
                _stacks?.Take(block.Content.Span);
                break;
            case NetTraceBlockKind.End:
                break;
        }
    }

    private void TakeKinds(ReadOnlySpan<byte> block)
    {
        var blobs = new EventBlobs(block);
        while (blobs.MoveNext())
        {
            int size = blobs.Current.Payload.Length;
            if (size > MostKindBytes - _kindBytes || _kinds.Count >= MostKinds || EventMetadata.Parse(blobs.Current.Payload, out int id) is not { } kind) continue;
            _kindBytes += size;
            _kinds[id] = kind;
        }
        if (blobs.IsBroken) throw new NetTraceException($"A block of metadata before {_source.Position} does not end where an entry does.");
    }

    private void TakeEvents(ReadOnlySpan<byte> block, NetTraceHandler handler)
    {
        var blobs = new EventBlobs(block);
        while (blobs.MoveNext())
        {
            EventBlob blob = blobs.Current;
            _lost.Saw(blob.CaptureThread, blob.Sequence);
            if (!_kinds.TryGetValue(blob.MetadataId, out EventMetadata? kind))
            {
                Unknown++;
                continue;
            }
            Events++;
            handler(new NetTraceEvent(kind, blob.Ticks, blob.Thread, blob.Payload, _stacks is null ? default : _stacks.Of(blob.Stack)));
        }
        if (blobs.IsBroken) throw new NetTraceException($"A block of events before {_source.Position} does not end where an event does.");
    }
}
