using System.Globalization;
using System.Text;
using CsCheck;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcPressureTests
{
    [Fact]
    public void Whatever_the_kernel_writes_comes_back() =>
        Gen.Select(Gen.Int[0, 10_000].Array[3], Gen.ULong, Gen.Bool).Sample((shares, total, hasFull) =>
        {
            double[] n = [.. shares.Select(s => s / 100.0)];
            string values = string.Create(CultureInfo.InvariantCulture,
                $"avg10={n[0]:F2} avg60={n[1]:F2} avg300={n[2]:F2} total={total}\n");
            byte[] text = Encoding.UTF8.GetBytes("some " + values + (hasFull ? "full " + values : ""));
            Assert.True(ProcPressure.TryParse(text, out ProcPressure p));
            Assert.Equal((n[0], n[1], n[2], total), (p.Some.Average10, p.Some.Average60, p.Some.Average300, p.Some.TotalMicroseconds));
            Assert.Equal(hasFull, p.Full.HasValue);
            if (p.Full is { } full) Assert.Equal((n[0], total), (full.Average10, full.TotalMicroseconds));
        }, iter: 2_000);

    [Fact]
    public void A_cut_file_is_false_or_lacks_the_second_line()
    {
        byte[] text = "some avg10=3.56 avg60=8.15 avg300=3.73 total=1086844\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=2\n"u8.ToArray();
        for (int length = 0; length < text.Length; length++)
        {
            if (!ProcPressure.TryParse(text.AsSpan(0, length), out ProcPressure p)) continue;
            Assert.Equal(1086844ul, p.Some.TotalMicroseconds);
            Assert.Null(p.Full);
        }
    }

    [Theory]
    [InlineData("full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n")]
    [InlineData("some avg10=NaN avg60=0.00 avg300=0.00 total=0\n")]
    [InlineData("some avg10=101.00 avg60=0.00 avg300=0.00 total=0\n")]
    [InlineData("some avg10=0.00 avg60=0.00 avg300=0.00 total=-1\n")]
    [InlineData("some avg60=0.00 avg10=0.00 avg300=0.00 total=1\n")]
    public void Another_shape_is_false(string text) => Assert.False(ProcPressure.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Reads_the_host()
    {
        using ProcFs proc = ProcFs.Open();
        foreach (PressureResource resource in Enum.GetValues<PressureResource>())
            Assert.True(proc.ReadPressure(resource, out _) is ReadOutcome.Ok or ReadOutcome.Gone, resource.ToString());
    }
}
