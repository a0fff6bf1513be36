namespace ProcessArsenal.Telemetry.EventPipe.NetTrace;

/// <summary>One event of a target.</summary>
internal readonly ref struct NetTraceEvent(EventMetadata metadata, long ticks, ulong thread, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> stack = default)
{
    public EventMetadata Metadata { get; } = metadata;

    /// <summary>When, in ticks of the target's clock; see <see cref="TraceHeader.TimeOf"/>.</summary>
    public long Ticks { get; } = ticks;

    /// <summary>Id of the thread that it is about, as the target's system numbers threads.</summary>
    public ulong Thread { get; } = thread;

    /// <summary>Its fields, one after the other; valid while it is handled.</summary>
    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>Addresses of its stack, the innermost first; empty if it has none, or they are not kept. Valid while it is handled.</summary>
    public ReadOnlySpan<byte> Stack { get; } = stack;
}

/// <summary>Takes events, in the order of the stream: that of time for each thread, not between threads.</summary>
internal delegate void NetTraceHandler(in NetTraceEvent value);
