using System.Buffers.Binary;
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

    private static ReadOnlySpan<ulong> PowersOfTen =>
    [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
        1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    ];

    /// <summary>Writes a quotient.</summary>
    /// <param name="divisor">1, clock ticks or nanoseconds of a second: those need no division, and so no search for what the quotient was before it.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(double value, double divisor, Span<byte> destination)
    {
        if (value is >= 0 and < FifteenDigits)
        {
            ulong whole = double.ConvertToIntegerNative<ulong>(value);
            if (whole == value)
            {
                if (divisor == 1) return WriteWhole(whole, destination);
                if (divisor == 100) return WriteHundredths(whole, destination);
                if (divisor == 1e9 && (whole >= LeastFixed * 1e9 || whole == 0)) return WriteFixed(whole, 9, destination);
            }
        }
        return Write(value / divisor, destination);
    }

    private static int Write(double value, Span<byte> destination)
    {
        double magnitude = Math.Abs(value);
        if (!(magnitude < FifteenDigits)) return WriteAny(value, destination);
        int sign = value < 0 ? 1 : 0;
        if (sign > 0) destination[0] = (byte)'-';
        long whole = double.ConvertToIntegerNative<long>(magnitude);
        if (whole == magnitude) return sign + WriteWhole((ulong)whole, destination[sign..]);
        if (magnitude < LeastFixed) return WriteAny(value, destination);
        // Hundredths first, which are the most.
        if (TryShift(magnitude, 2, out ulong digits)) return sign + WriteHundredths(digits, destination[sign..]);
        int decimals = MostDecimals(magnitude);
        return TryShift(magnitude, decimals, out digits) ? sign + WriteFixed(digits, decimals, destination[sign..]) : WriteAny(value, destination);
    }

    /// <summary>Whether the value is a whole number of at most fifteen digits, divided by that power of ten.</summary>
    private static bool TryShift(double magnitude, int decimals, out ulong digits)
    {
        double power = PowersOfTen[decimals];
        double shifted = Math.Round(magnitude * power);
        digits = double.ConvertToIntegerNative<ulong>(shifted);
        return shifted < FifteenDigits && shifted / power == magnitude; // A quotient is rounded as reading the decimal is.
    }

    /// <summary>As many as fifteen digits leave room for, and no more than nanoseconds have.</summary>
    private static int MostDecimals(double magnitude)
    {
        int decimals = 9;
        for (double limit = 1e6; magnitude >= limit; limit *= 10) decimals--;
        return decimals;
    }

    private static int WriteHundredths(ulong digits, Span<byte> destination)
    {
        ulong whole = digits / 100, fraction = digits - whole * 100, tenths = fraction / 10, hundredths = fraction - tenths * 10;
        int written = WriteWhole(whole, destination);
        if (fraction == 0) return written;
        destination[written] = (byte)'.';
        destination[written + 1] = (byte)('0' + tenths);
        destination[written + 2] = (byte)('0' + hundredths);
        return written + (hundredths == 0 ? 2 : 3);
    }

    private static int WriteFixed(ulong digits, int decimals, Span<byte> destination)
    {
        ulong power = PowersOfTen[decimals], whole = digits / power, fraction = digits - whole * power;
        int written = WriteWhole(whole, destination);
        if (fraction == 0) return written;
        destination[written++] = (byte)'.';
        if (decimals > 8)
        {
            ulong first = fraction / 100_000_000;
            destination[written++] = (byte)('0' + first);
            fraction -= first * 100_000_000;
            if (fraction == 0) return written;
            decimals = 8;
        }
        ulong text = EightDigits(fraction);
        int zeros = BitOperations.LeadingZeroCount(text) / 8; // At the end, which is where the high bytes are.
        WriteEight(text >> (8 * (8 - decimals)), destination[written..]);
        return written + decimals - zeros;
    }

    private static int WriteWhole(ulong value, Span<byte> destination)
    {
        if (value < 10)
        {
            destination[0] = (byte)('0' + value);
            return 1;
        }
        if (value >= 100_000_000)
        {
            ulong high = value / 100_000_000;
            int written = WriteWhole(high, destination);
            WriteEight(EightDigits(value - high * 100_000_000), destination[written..]);
            return written + 8;
        }
        ulong text = EightDigits(value);
        int zeros = BitOperations.TrailingZeroCount(text) / 8; // At the beginning.
        WriteEight(text >> (8 * zeros), destination);
        return 8 - zeros;
    }

    /// <summary>Eight bytes, of which the caller takes the digits that count and overwrites the rest.</summary>
    private static void WriteEight(ulong text, Span<byte> destination) =>
        BinaryPrimitives.WriteUInt64LittleEndian(destination, text | 0x3030_3030_3030_3030);

    /// <summary>Eight decimal digits, a byte each, the first in the lowest. All pairs are parted at once, then all digits: a loop would wait
    /// for each division before the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong EightDigits(ulong value)
    {
        ulong high = value / 10_000;
        ulong fours = high | ((value - high * 10_000) << 32); // two numbers below 10,000
        ulong hundreds = ((fours * 10_486) >> 20) & 0x0000_007F_0000_007F; // x * 10,486 >> 20 is x / 100 for those
        ulong twos = hundreds | ((fours - hundreds * 100) << 16); // four numbers below 100
        ulong tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F; // x * 103 >> 10 is x / 10 for those
        return tens | ((twos - tens * 10) << 8);
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
