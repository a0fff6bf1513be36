using System.Text;
using CsCheck;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcMeminfoTests
{
    [Fact]
    public void Whatever_the_kernel_writes_comes_back() =>
        Gen.Select(Gen.ULong[1, ulong.MaxValue / 1024], Gen.ULong[0, ulong.MaxValue / 1024]).Sample((a, b) =>
        {
            (ulong total, ulong available) = (Math.Max(a, b), Math.Min(a, b));
            Assert.True(ProcMeminfo.TryParse(Text($"MemTotal:  {total,8} kB\nMemFree: 12 kB\nMemAvailable: {available,7} kB\nBuffers: 1 kB\n"), out ProcMeminfo m));
            Assert.Equal((total * 1024, available * 1024), (m.TotalBytes, m.AvailableBytes));
        }, iter: 2_000);

    [Fact]
    public void An_old_kernel_does_not_tell_what_is_available()
    {
        Assert.True(ProcMeminfo.TryParse("MemTotal: 2048 kB\nMemFree: 12 kB\n"u8, out ProcMeminfo m));
        Assert.Equal(2048ul * 1024, m.TotalBytes);
        Assert.Null(m.AvailableBytes);
    }

    [Fact]
    public void A_cut_file_never_tells_a_cut_number()
    {
        byte[] text = Text("MemTotal:        2035356 kB\nMemFree:          151412 kB\nMemAvailable:    1234567 kB\n");
        for (int length = 0; length < text.Length; length++)
        {
            if (!ProcMeminfo.TryParse(text.AsSpan(0, length), out ProcMeminfo m)) continue;
            Assert.Equal(2035356ul * 1024, m.TotalBytes);
            Assert.Null(m.AvailableBytes);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("MemFree: 1 kB\n")]
    [InlineData("MemTotal: x kB\n")]
    [InlineData("MemTotal: 1 MB\n")]
    [InlineData("MemTotal: -1 kB\n")]
    [InlineData("MemTotal: 18446744073709551615 kB\n")]
    [InlineData("MemTotal: 1 kB\nMemAvailable: 2 kB\n")]
    public void Another_shape_is_false(string text) => Assert.False(ProcMeminfo.TryParse(Text(text), out _));

    [Fact]
    public void Reads_the_host()
    {
        using ProcFs proc = ProcFs.Open();
        Assert.Equal(ReadOutcome.Ok, proc.ReadMeminfo(out ProcMeminfo memory));
        Assert.InRange(memory.AvailableBytes!.Value, 1ul << 20, memory.TotalBytes);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
