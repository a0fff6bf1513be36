namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>How much of one span is kept. The runtime tells of none that takes more than 64 KiB.</summary>
internal static class SpanLimits
{
    /// <summary>As OpenTelemetry limits them by default; of a span, and of each of its events and links.</summary>
    public const int MostTags = 128;

    /// <inheritdoc cref="MostTags"/>
    public const int MostEvents = 128;

    /// <inheritdoc cref="MostTags"/>
    public const int MostLinks = 128;

    /// <summary>UTF-16 units of a name: of a span, a source, a tag, an event.</summary>
    public const int LongestName = 256;

    /// <summary>UTF-16 units of the value of a tag: a stack trace is longer than most.</summary>
    public const int LongestValue = 8192;

    /// <summary>UTF-16 units of a trace state, as W3C Trace Context has it.</summary>
    public const int LongestState = 512;

    /// <summary>Bytes of an event.</summary>
    public const int LongestPayload = 64 * 1024;
}
