using System.Globalization;
using System.Text;
using CsCheck;
using ProcessArsenal.Telemetry.Publishing;

namespace ProcessArsenal.Telemetry.Tests.Publishing;

public sealed class NumberTextTests
{
    /// <summary>What a page holds, and what it never should: all of them must read back.</summary>
    private static readonly Gen<double> Numbers = Gen.OneOf(
        Gen.Long[0, 1L << 53].Select(whole => (double)whole),
        Gen.Long[0, long.MaxValue].Select(ticks => ticks / 100.0),
        Gen.Long[0, 1L << 40].Select(ticks => ticks / 100.0),
        Gen.Long[0, long.MaxValue].Select(nanoseconds => nanoseconds / 1e9),
        Gen.Long[0, 1L << 50].Select(nanoseconds => nanoseconds / 1e9),
        Gen.Long[0, 1L << 40].Select(hundreds => TimeSpan.FromTicks(hundreds).TotalSeconds),
        Gen.Select(Gen.Int[0, 1_000_000_000], Gen.Int[0, 15]).Select((digits, shift) => digits / Math.Pow(10, shift)),
        Gen.Int.Select(half => half + 0.5),
        Gen.Double.Unit,
        Gen.Double[1e15, double.MaxValue],
        Gen.ULong[0, (1UL << 52) - 1].Select(BitConverter.UInt64BitsToDouble), // subnormal
        Gen.ULong.Select(BitConverter.UInt64BitsToDouble).Where(double.IsFinite));

    /// <summary>A number and its neighbours: where a digit too few would read back as another one.</summary>
    private static readonly Gen<double> NumbersAndNeighbours = Gen.Select(Numbers, Gen.Int[-2, 2], Gen.Bool).Select((number, steps, negative) =>
    {
        for (; steps > 0; steps--) number = Math.BitIncrement(number);
        for (; steps < 0; steps++) number = Math.BitDecrement(number);
        return negative ? -number : number;
    }).Where(double.IsFinite);

    private static readonly double[] Divisors = [1, 100, 1e9, 1024];

    [Fact]
    public void Any_number_reads_back_the_same() => NumbersAndNeighbours.Sample(number => Read(Write(number)).Equals(number == 0 ? 0.0 : number));

    [Fact]
    public void No_text_is_longer_than_the_shortest_of_the_runtime() =>
        NumbersAndNeighbours.Sample(number => Write(number).Length <= number.ToString("R", CultureInfo.InvariantCulture).Length);

    [Fact]
    public void Any_number_but_zero_is_what_the_runtime_writes() =>
        NumbersAndNeighbours.Sample(number => number == 0 || Write(number) == number.ToString("R", CultureInfo.InvariantCulture));

    [Fact]
    public void A_quotient_is_what_the_runtime_writes_for_it() =>
        Gen.Select(Gen.OneOf(NumbersAndNeighbours, Gen.Int[0, 200_000].Select(whole => (double)whole)), Gen.Int[0, Divisors.Length - 1].Select(i => Divisors[i]))
            .Where((number, divisor) => number / divisor != 0)
            .Sample((number, divisor) => Write(number, divisor) == (number / divisor).ToString("R", CultureInfo.InvariantCulture));

    [Fact]
    public void Negative_zero_has_no_sign() => Assert.Equal("0", Write(-0.0));

    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(7.0, "7")]
    [InlineData(-42.0, "-42")]
    [InlineData(12.34, "12.34")]
    [InlineData(0.5, "0.5")]
    [InlineData(-0.01, "-0.01")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1E-05")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    [InlineData(999999999999999.0, "999999999999999")]
    [InlineData(999999.999999999, "999999.999999999")]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(1e17, "1E+17")]
    [InlineData(1767322045.01, "1767322045.01")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    public void Known_numbers(double number, string text) => Assert.Equal(text, Write(number));

    private static double Read(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Write(double number, double divisor = 1)
    {
        Span<byte> text = stackalloc byte[NumberText.MaxLength];
        return Encoding.ASCII.GetString(text[..NumberText.Write(number, divisor, text)]);
    }
}
