using System.Globalization;
using System.Text;
using CsCheck;

namespace ProcessArsenal.Procfs.Tests;

public sealed class Utf8ScannerTests
{
    [Theory]
    [InlineData("0", true, 0)]
    [InlineData(" \t 18446744073709551615\n", true, ulong.MaxValue)]
    [InlineData("18446744073709551616", false, 0)]
    [InlineData("99999999999999999999", false, 0)]
    [InlineData("184467440737095516150", false, 0)]
    [InlineData("", false, 0)]
    [InlineData(" ", false, 0)]
    [InlineData("-1", false, 0)]
    [InlineData("+1", false, 0)]
    [InlineData("1x", false, 0)]
    [InlineData("\n1", false, 0)]
    public void Unsigned(string text, bool ok, ulong value)
    {
        var scanner = new Utf8Scanner(Encoding.UTF8.GetBytes(text));
        Assert.Equal((ok, value), (scanner.TryReadUInt64(out ulong read), read));
    }

    [Theory]
    [InlineData("-9223372036854775808", true, long.MinValue)]
    [InlineData("9223372036854775807", true, long.MaxValue)]
    [InlineData("-9223372036854775809", false, 0)]
    [InlineData("9223372036854775808", false, 0)]
    [InlineData("-", false, 0)]
    [InlineData("- 1", false, 0)]
    [InlineData("--1", false, 0)]
    public void Signed(string text, bool ok, long value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var scanner = new Utf8Scanner(bytes);
        Assert.Equal((ok, value), (scanner.TryReadInt64(out long read), read));
        if (!ok) Assert.Equal(bytes.Length, scanner.Rest.Length);
    }

    [Fact]
    public void Numbers_come_back() => Gen.Select(Gen.ULong, Gen.Long, Gen.Int).Sample((a, b, c) =>
    {
        var scanner = new Utf8Scanner(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{a} {b}\t{c}\n")));
        Assert.True(scanner.TryReadUInt64(out ulong x) && scanner.TryReadInt64(out long y) && scanner.TryReadInt32(out int z)
            && x == a && y == b && z == c);
        Assert.False(scanner.TrySkipWords(1)); // A newline ends the line; only TryReadLine goes past it.
    }, iter: 5_000);

    [Fact]
    public void Int32_out_of_range_consumes_nothing()
    {
        var scanner = new Utf8Scanner("2147483648 "u8);
        Assert.False(scanner.TryReadInt32(out int value));
        Assert.Equal(0, value);
        Assert.True(scanner.TryReadInt64(out long wide));
        Assert.Equal(2147483648L, wide);
    }

    [Fact]
    public void Lines_put_together_are_the_text() => Gen.Byte[9, 12].Array[0, 40].Sample(text =>
    {
        var scanner = new Utf8Scanner(text);
        var joined = new List<byte>();
        while (scanner.TryReadLine(out ReadOnlySpan<byte> line)) joined.AddRange([.. line, (byte)'\n']);
        if (text.Length > 0 && text[^1] != '\n') joined.RemoveAt(joined.Count - 1);
        Assert.Equal(text, joined);
    }, iter: 5_000);
}
