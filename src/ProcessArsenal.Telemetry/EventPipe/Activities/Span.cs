using System.Collections.Immutable;

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>Work that a target has done, as it told of it when it was done (an Activity of .NET, a span of OpenTelemetry). All texts are chosen by the
/// target, or by who calls it.</summary>
internal sealed record Span
{
    public required TraceId TraceId { get; init; }

    public required SpanId SpanId { get; init; }

    /// <summary>Zero for the root of a trace.</summary>
    public required SpanId ParentSpanId { get; init; }

    /// <summary>W3C trace flags: 1 is sampled.</summary>
    public byte TraceFlags { get; init; }

    /// <summary>W3C trace state; empty if there is none, or it is longer than <see cref="SpanLimits.LongestState"/>: part of one would be none.</summary>
    public string TraceState { get; init; } = "";

    public SpanKind Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>When it began, UTC.</summary>
    public required DateTime Start { get; init; }

    public required TimeSpan Duration { get; init; }

    public SpanStatus Status { get; init; }

    /// <summary>What is wrong; empty if that is not told.</summary>
    public string StatusDescription { get; init; } = "";

    /// <summary>In the order in which they were set. A name may come twice.</summary>
    public ImmutableArray<SpanTag> Tags { get; init; } = [];

    /// <summary>In the order in which they were added.</summary>
    public ImmutableArray<SpanEvent> Events { get; init; } = [];

    public ImmutableArray<SpanLink> Links { get; init; } = [];

    /// <summary>Tags beyond <see cref="SpanLimits.MostTags"/>, and those without a name.</summary>
    public int DroppedTags { get; init; }

    /// <summary>Events beyond <see cref="SpanLimits.MostEvents"/>, malformed ones, and all of a runtime before .NET 10, which tells no more than their
    /// number.</summary>
    public int DroppedEvents { get; init; }

    /// <summary>The same of links.</summary>
    public int DroppedLinks { get; init; }

    /// <summary>Texts that were longer than their limit.</summary>
    public int CutTexts { get; init; }

    /// <summary>The ActivitySource; empty for an activity that was made without one.</summary>
    public string Source { get; init; } = "";

    /// <summary>Of the source; empty if it has none.</summary>
    public string SourceVersion { get; init; } = "";

    /// <summary>Bytes of memory that it takes, not exactly.</summary>
    public int Size { get; init; }
}

/// <summary>Something that is known of a span: all values come as text.</summary>
internal readonly record struct SpanTag(string Name, string Value);

/// <summary>Something that happened during a span, an exception say.</summary>
/// <param name="Time">UTC.</param>
/// <param name="DroppedTags">Beyond <see cref="SpanLimits.MostTags"/>.</param>
internal readonly record struct SpanEvent(DateTime Time, string Name, ImmutableArray<SpanTag> Tags, int DroppedTags);

/// <summary>Another span that has to do with one, and is not its parent.</summary>
/// <param name="TraceState">Empty if it has none.</param>
/// <param name="DroppedTags">Beyond <see cref="SpanLimits.MostTags"/>.</param>
internal readonly record struct SpanLink(TraceId TraceId, SpanId SpanId, byte TraceFlags, string TraceState, ImmutableArray<SpanTag> Tags, int DroppedTags);

/// <summary>Part that a span has in a conversation; numbered as in System.Diagnostics.ActivityKind.</summary>
internal enum SpanKind : byte
{
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

/// <summary>How it ended; numbered as in OTLP.</summary>
internal enum SpanStatus : byte
{
    /// <summary>Nothing was said.</summary>
    Unset,
    Ok,
    Error,
}
