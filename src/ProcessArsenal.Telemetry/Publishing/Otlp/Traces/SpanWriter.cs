using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using ProcessArsenal.Telemetry.EventPipe.Activities;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Traces;

/// <summary>A span as opentelemetry.proto.trace.v1.Span, fields in the order of their numbers. Allocates nothing.</summary>
internal static class SpanWriter
{
    private const int AboutSpan = 400;

    /// <summary>Values come as text; of these the semantic conventions say that they are whole numbers.</summary>
    private static readonly FrozenSet<string> Numbers = ["http.request.resend_count", "http.response.status_code", "network.peer.port", "server.port"];

    /// <param name="field">Of the message that it is in.</param>
    public static void Write(ProtobufWriter writer, int field, Span span)
    {
        OpenMessage message = writer.BeginMessage(field, AboutSpan);
        Write(writer, 1, span.TraceId);
        Write(writer, 2, span.SpanId);
        if (span.TraceState.Length > 0) writer.WriteString(3, span.TraceState);
        if (!span.ParentSpanId.IsZero) Write(writer, 4, span.ParentSpanId);
        if (span.Name.Length > 0) writer.WriteString(5, span.Name);
        writer.WriteVarint(6, (ulong)span.Kind + 1); // 0 is unspecified.
        writer.WriteFixed64(7, UnixNanoseconds.Of(span.Start));
        writer.WriteFixed64(8, UnixNanoseconds.Of(span.Start + span.Duration));
        WriteAttributes(writer, 9, span.Tags);
        WriteCount(writer, 10, span.DroppedTags);
        foreach (SpanEvent one in span.Events) Write(writer, 11, one);
        WriteCount(writer, 12, span.DroppedEvents);
        foreach (SpanLink one in span.Links) Write(writer, 13, one);
        WriteCount(writer, 14, span.DroppedLinks);
        WriteStatus(writer, 15, span);
        if (span.TraceFlags != 0) writer.WriteFixed32(16, span.TraceFlags);
        writer.EndMessage(message);
    }

    private static void Write(ProtobufWriter writer, int field, in SpanEvent value)
    {
        OpenMessage message = writer.BeginMessage(field, AboutSpan);
        writer.WriteFixed64(1, UnixNanoseconds.Of(value.Time));
        if (value.Name.Length > 0) writer.WriteString(2, value.Name);
        WriteAttributes(writer, 3, value.Tags);
        WriteCount(writer, 4, value.DroppedTags);
        writer.EndMessage(message);
    }

    private static void Write(ProtobufWriter writer, int field, in SpanLink link)
    {
        OpenMessage message = writer.BeginMessage(field);
        Write(writer, 1, link.TraceId);
        Write(writer, 2, link.SpanId);
        if (link.TraceState.Length > 0) writer.WriteString(3, link.TraceState);
        WriteAttributes(writer, 4, link.Tags);
        WriteCount(writer, 5, link.DroppedTags);
        if (link.TraceFlags != 0) writer.WriteFixed32(6, link.TraceFlags);
        writer.EndMessage(message);
    }

    private static void WriteStatus(ProtobufWriter writer, int field, Span span)
    {
        if (span.Status == SpanStatus.Unset && span.StatusDescription.Length == 0) return;
        OpenMessage message = writer.BeginMessage(field);
        if (span.StatusDescription.Length > 0) writer.WriteString(2, span.StatusDescription);
        WriteCount(writer, 3, (int)span.Status);
        writer.EndMessage(message);
    }

    /// <summary>A key comes once in OTLP: of equal ones the first stays.</summary>
    private static void WriteAttributes(ProtobufWriter writer, int field, ImmutableArray<SpanTag> tags)
    {
        ulong seen = 0;
        for (int i = 0; i < tags.Length; i++)
        {
            ref readonly SpanTag tag = ref tags.ItemRef(i);
            ulong kind = KindOf(tag.Name);
            if ((seen & kind) != 0 && IsAmong(tags.AsSpan(0, i), tag.Name)) continue;
            seen |= kind;
            if (IsNumber(tag, out long number)) AttributeWriter.Write(writer, field, tag.Name, number);
            else AttributeWriter.Write(writer, field, tag.Name, tag.Value);
        }
    }

    /// <summary>One bit of 64: of the same name the same, and seldom of another.</summary>
    private static ulong KindOf(string name) => name.Length == 0 ? 1 : 1ul << ((name.Length * 7 + name[^1] + name[name.Length / 2] * 3) & 63);

    private static bool IsAmong(ReadOnlySpan<SpanTag> tags, string name)
    {
        foreach (ref readonly SpanTag tag in tags)
            if (tag.Name == name) return true;
        return false;
    }

    private static bool IsNumber(in SpanTag tag, out long number)
    {
        number = 0;
        return tag.Value.Length is > 0 and < 20 && (char.IsAsciiDigit(tag.Value[0]) || tag.Value[0] is '-' or '+') && Numbers.Contains(tag.Name)
            && long.TryParse(tag.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    private static void WriteCount(ProtobufWriter writer, int field, int count)
    {
        if (count > 0) writer.WriteVarint(field, (ulong)count);
    }

    private static void Write(ProtobufWriter writer, int field, TraceId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.CopyTo(bytes);
        writer.WriteBytes(field, bytes);
    }

    private static void Write(ProtobufWriter writer, int field, SpanId id)
    {
        Span<byte> bytes = stackalloc byte[8];
        id.CopyTo(bytes);
        writer.WriteBytes(field, bytes);
    }
}
