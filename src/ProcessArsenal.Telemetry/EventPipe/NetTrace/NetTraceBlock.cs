namespace ProcessArsenal.Telemetry.EventPipe.NetTrace;

/// <summary>What the objects of a stream are (NetTraceFormat_v5.md of microsoft/perfview).</summary>
internal enum NetTraceBlockKind
{
    /// <summary>One that we do not know: a later version may have more.</summary>
    Unknown,

    /// <summary>What holds for the stream as a whole; the first.</summary>
    Trace,
    Event,
    Metadata,
    Stack,
    SequencePoint,

    /// <summary>The stream was ended by whoever wrote it.</summary>
    End,
}

/// <summary>One object of a stream.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Content">Its bytes without the size before them; valid until the next one is read.</param>
internal readonly record struct NetTraceBlock(NetTraceBlockKind Kind, ReadOnlyMemory<byte> Content);
