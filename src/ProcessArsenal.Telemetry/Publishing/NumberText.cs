using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>Numbers as both text formats want them: as short as they read back the same.</summary>
/// <remarks>Most values are whole, or were so before they were divided by a power of ten (clock ticks, nanoseconds). Those have at most fifteen
/// digits, and a decimal of fifteen digits is the only one that short which reads back as its double (DBL_DIG): so it need not be searched for,
/// which is what the runtime's general path does at ten times the cost.</remarks>
internal static class NumberText
{
    /// <summary>Longest text, in bytes.</summary>
    public const int MaxLength = 32;

    /// <summary>Whole numbers below it have at most fifteen digits.</summary>
    private const double FifteenDigits = 1e15;

    /// <summary>Below it the runtime writes an exponent, which is shorter.</summary>
    private const double LeastFixed = 1e-4;

    /// <summary>Most decimals tried: nanoseconds.</summary>
    private const int MostDecimals = 9;

    private static ReadOnlySpan<ulong> PowersOfTen =>
    [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
        1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    ];

    private static ReadOnlySpan<byte> Pairs =>
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"u8 +
        "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"u8;

    /// <summary>Writes one.</summary>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(double value, Span<byte> destination)
    {
        double magnitude = Math.Abs(value);
        if (!(magnitude < FifteenDigits)) return WriteAny(value, destination);
        int sign = 0;
        if (value < 0)
        {
            destination[0] = (byte)'-';
            sign = 1;
        }
        long whole = (long)magnitude;
        if (whole == magnitude) return sign + WriteDigits((ulong)whole, CountDigits((ulong)whole), destination[sign..]);
        if (magnitude >= LeastFixed && TryShift(magnitude, out ulong digits, out int decimals)) return sign + WriteFixed(digits, decimals, destination[sign..]);
        return WriteAny(value, destination);
    }

    /// <summary>Whether the value is a whole number of at most fifteen digits, divided by a power of ten.</summary>
    private static bool TryShift(double magnitude, out ulong digits, out int decimals)
    {
        decimals = MostDecimals;
        for (double limit = 1e6; magnitude >= limit; limit *= 10) decimals--;
        double power = PowersOfTen[decimals];
        double shifted = Math.Round(magnitude * power);
        digits = (ulong)(long)shifted;
        return shifted / power == magnitude; // A quotient is rounded as reading the decimal is.
    }

    private static int WriteFixed(ulong digits, int decimals, Span<byte> destination)
    {
        while (digits % 10 == 0)
        {
            digits /= 10;
            decimals--;
        }
        (ulong whole, ulong fraction) = Math.DivRem(digits, PowersOfTen[decimals]);
        int written = WriteDigits(whole, CountDigits(whole), destination);
        destination[written++] = (byte)'.';
        return written + WriteDigits(fraction, decimals, destination[written..]);
    }

    private static int WriteDigits(ulong value, int count, Span<byte> destination)
    {
        int at = count;
        while (at >= 2)
        {
            (value, ulong pair) = Math.DivRem(value, 100);
            at -= 2;
            Pairs.Slice((int)pair * 2, 2).CopyTo(destination[at..]);
        }
        if (at == 1) destination[0] = (byte)('0' + value);
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountDigits(ulong value)
    {
        // The number of bits times log10(2) is the number of digits, or one less.
        int atLeast = BitOperations.Log2(value | 1) * 1233 >> 12;
        return atLeast + (value < PowersOfTen[atLeast + 1] ? 1 : 2);
    }

    private static int WriteAny(double value, Span<byte> destination)
    {
        if (double.IsFinite(value))
        {
            value.TryFormat(destination, out int written, default, CultureInfo.InvariantCulture);
            return written;
        }
        return Encoding.ASCII.GetBytes(double.IsPositiveInfinity(value) ? "+Inf" : double.IsNaN(value) ? "NaN" : "-Inf", destination);
    }
}
