namespace ProcessArsenal.Procfs.Tests;

public sealed class PerfIntervalTests
{
    private const ulong Asked = 3_344_400;

    [Fact]
    public void It_is_over_after_its_samples()
    {
        var interval = default(PerfInterval);
        Assert.False(interval.IsOver((PerfInterval.Samples * Asked) - 1, Asked));
        Assert.True(interval.IsOver(PerfInterval.Samples * Asked, Asked));
        _ = interval.Next(PerfInterval.Samples * Asked, Asked, 0.3);
        Assert.False(interval.IsOver((2 * PerfInterval.Samples * Asked) - 1, Asked));
        Assert.True(interval.IsOver(2 * PerfInterval.Samples * Asked, Asked));
    }

    /// <summary>An event that the kernel restarts with each interval: what was left of the one before is lost.</summary>
    [Fact]
    public void As_many_samples_are_taken_as_were_asked_for()
    {
        var random = new Random(7);
        var interval = default(PerfInterval);
        ulong period = Asked, counted = 0, samples = 0, least = ulong.MaxValue, most = 0;
        for (int i = 0; i < 4000; i++)
        {
            ulong length = (PerfInterval.Samples * Asked) + (ulong)random.NextInt64(50_000_000); // Seen when it is looked.
            samples += length / period;
            counted += length;
            Assert.True(interval.IsOver(counted, Asked));
            period = interval.Next(counted, Asked, random.NextDouble());
            (least, most) = (Math.Min(least, period), Math.Max(most, period));
        }
        Assert.InRange(samples / (counted / (double)Asked), 0.999, 1.001);
        Assert.InRange(least / (double)Asked, 0.88, 0.91);
        Assert.InRange(most / (double)Asked, 1.07, 1.111);
    }
}
