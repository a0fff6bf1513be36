using System.Buffers;
using System.Text;

namespace ProcessArsenal.Telemetry.Publishing.Otlp;

/// <summary>Writes opentelemetry.proto.common.v1.KeyValue, of which a span has many. Allocates nothing.</summary>
internal static class AttributeWriter
{
    /// <summary>Fields whose tag, and lengths which, as varints have one byte.</summary>
    private const int FieldsOfOneByte = 16, LengthsOfOneByte = 128;

    private const byte Key = (1 << 3) | 2, Value = (2 << 3) | 2, Text = (1 << 3) | 2;

    /// <param name="field">Of the message that it is in.</param>
    public static void Write(ProtobufWriter writer, int field, string key, string value)
    {
        // Most are short, and of ASCII alone: then all lengths are known before.
        if (key.Length > 0 && field < FieldsOfOneByte && TryWriteShort(writer, field, key, value)) return;
        OpenMessage any = Begin(writer, field, key, value.Length, out OpenMessage attribute);
        writer.WriteString(1, value);
        End(writer, any, attribute);
    }

    /// <inheritdoc cref="Write(ProtobufWriter, int, string, string)"/>
    public static void Write(ProtobufWriter writer, int field, string key, long value)
    {
        OpenMessage any = Begin(writer, field, key, 1, out OpenMessage attribute);
        writer.WriteVarint(3, (ulong)value);
        End(writer, any, attribute);
    }

    private static bool TryWriteShort(ProtobufWriter writer, int field, string key, string value)
    {
        int any = 2 + value.Length, attribute = 2 + key.Length + 2 + any;
        if (attribute >= LengthsOfOneByte) return false;
        Span<byte> room = writer.Reserve(2 + attribute)[..(2 + attribute)];
        (room[0], room[1]) = ((byte)((field << 3) | 2), (byte)attribute);
        (room[2], room[3]) = (Key, (byte)key.Length);
        if (Ascii.FromUtf16(key, room[4..], out _) != OperationStatus.Done) return false;
        Span<byte> rest = room[(4 + key.Length)..];
        (rest[0], rest[1]) = (Value, (byte)any);
        (rest[2], rest[3]) = (Text, (byte)value.Length);
        if (Ascii.FromUtf16(value, rest[4..], out _) != OperationStatus.Done) return false;
        writer.Advance(room.Length);
        return true;
    }

    /// <returns>The value's message, within that of the attribute.</returns>
    private static OpenMessage Begin(ProtobufWriter writer, int field, string key, int valueLength, out OpenMessage attribute)
    {
        attribute = writer.BeginMessage(field, 8 + key.Length + valueLength);
        if (key.Length > 0) writer.WriteString(1, key);
        return writer.BeginMessage(2, 2 + valueLength);
    }

    private static void End(ProtobufWriter writer, OpenMessage any, OpenMessage attribute)
    {
        writer.EndMessage(any);
        writer.EndMessage(attribute);
    }
}
