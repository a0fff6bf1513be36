using System.Buffers.Binary;
using System.Globalization;

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>Which trace a span belongs to: 16 bytes, not all zero (W3C Trace Context).</summary>
internal readonly record struct TraceId(ulong High, ulong Low)
{
    /// <summary>As text.</summary>
    public const int Digits = 32;

    public bool IsZero => (High | Low) == 0;

    /// <summary>Reads 32 hexadecimal digits; what is all zero is read too, see <see cref="IsZero"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TraceId id)
    {
        id = default;
        if (text.Length != Digits || !SpanId.TryReadHex(text[..SpanId.Digits], out ulong high) || !SpanId.TryReadHex(text[SpanId.Digits..], out ulong low)) return false;
        id = new TraceId(high, low);
        return true;
    }

    /// <summary>As OTLP has it.</summary>
    /// <param name="bytes">At least 16.</param>
    public void CopyTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[sizeof(ulong)..], Low);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");
}

/// <summary>Which span of a trace: 8 bytes, not all zero.</summary>
internal readonly record struct SpanId(ulong Value)
{
    /// <summary>As text.</summary>
    public const int Digits = 16;

    public bool IsZero => Value == 0;

    /// <summary>Reads 16 hexadecimal digits; what is all zero is read too, see <see cref="IsZero"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SpanId id)
    {
        bool isOne = TryReadHex(text, out ulong value);
        id = new SpanId(value);
        return isOne;
    }

    /// <inheritdoc cref="TraceId.CopyTo"/>
    /// <param name="bytes">At least 8.</param>
    public void CopyTo(Span<byte> bytes) => BinaryPrimitives.WriteUInt64BigEndian(bytes, Value);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value:x16}");

    internal static bool TryReadHex(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        return text.Length == Digits && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
