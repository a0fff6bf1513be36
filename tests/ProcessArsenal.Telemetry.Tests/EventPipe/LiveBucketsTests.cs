using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>The histogram of a real program, against what it recorded.</summary>
public sealed class LiveBucketsTests
{
    [Fact]
    public async Task Buckets_hold_what_was_recorded()
    {
        await using ListenedShop listened = await ListenedShop.StartOn("net10.0", 10);
        foreach (string order in (string[])["4 0", "7 0.003", "5 0.03", "2 0.3", "1 4", "1 70"]) await listened.Shop.Do($"take {order} Rome");
        await listened.Until("all orders", (meters, _) => Duration(meters) is { Count: 20 });
        MeterSeries series = listened.Read((meters, _) => Duration(meters)!);
        Assert.Equal([11, 11, 11, 16, 16, 16, 16, 18, 18, 18, 18, 19, 19, 19], series.Buckets!);
        Assert.Equal(74.771, series.Value, 9);
        await listened.Shop.Do("take 3 0.3 Rome");
        await listened.Until("the rest", (meters, _) => Duration(meters) is { Count: 23 });
        Assert.Equal([11, 11, 11, 16, 16, 16, 16, 21, 21, 21, 21, 22, 22, 22], series.Buckets!);
        listened.AssertSound();
    }

    /// <summary>As a real runtime tells of its instruments and of a program's.</summary>
    [Fact]
    public async Task Which_levels_are_observed_is_known()
    {
        await using ListenedShop listened = await ListenedShop.StartOn("net10.0", 10);
        await listened.Shop.Do("order 10 Rome");
        await listened.Until("all of them", (meters, _) => Find(meters, "shop.orders.open") is not null && Find(meters, "dotnet.thread_pool.thread.count") is not null);
        foreach (string name in (string[])["dotnet.process.cpu.count", "dotnet.process.memory.working_set", "dotnet.thread_pool.thread.count"])
            Assert.True(listened.Read((meters, _) => Find(meters, name)!.IsObserved), name);
        Assert.False(listened.Read((meters, _) => Find(meters, "shop.orders.open")!.IsObserved));
        listened.AssertSound();

        static MeterSeries? Find(MeterTable meters, string name) => meters.Series.FirstOrDefault(series => series.Instrument == name);
    }

    /// <summary>The shop records 0 to 99 ms, and with them every bound itself.</summary>
    [Fact]
    public async Task What_is_just_below_a_bound_is_counted_above_it_at_most()
    {
        await using ListenedShop listened = await ListenedShop.StartOn("net10.0", 10);
        await listened.Shop.Do("order 300 Rome");
        await listened.Until("all orders", (meters, _) => Duration(meters) is { Count: 300 });
        MeterSeries series = listened.Read((meters, _) => Duration(meters)!);
        double[] recorded = [.. Enumerable.Range(0, 300).Select(i => i % 100 / 1000.0)];
        TestContext.Current.TestOutputHelper!.WriteLine($"known {string.Join(' ', series.Buckets!)}, true {string.Join(' ', series.Bounds.Select(b => recorded.Count(v => v <= b)))}");
        for (int i = 0; i < series.Bounds.Length; i++)
            Assert.InRange(series.Buckets![i], recorded.Count(v => v < series.Bounds[i] * 0.95), recorded.Count(v => v <= series.Bounds[i]));
        Assert.Equal(300, series.Buckets![5]); // All are below 0.1.
        listened.AssertSound();
    }

    /// <summary>Asked for buckets or not.</summary>
    [Theory]
    [InlineData("net8.0", 8)]
    [InlineData("net9.0", 9)]
    [InlineData("net9.0", 10)]
    [InlineData("net10.0", 9)]
    public async Task Others_tell_quantiles(string framework, int major)
    {
        await using ListenedShop listened = await ListenedShop.StartOn(framework, major);
        int orders = 0;
        // They are those of the latest interval only: one without orders may come right behind.
        await Eventually.True("quantiles", async () =>
        {
            await listened.Shop.Do("order 100 Rome");
            orders += 100;
            return listened.Read((meters, _) => Duration(meters) is { Quantiles: [>= 0 and <= 0.1, >= 0 and <= 0.1, >= 0 and <= 0.1] });
        }, () => $"{orders} orders; {listened.Tell()}");
        await listened.Until("all orders", (meters, _) => Duration(meters)!.Count == orders);
        MeterSeries series = listened.Read((meters, _) => Duration(meters)!);
        Assert.Equal(orders / 100 * 4.95, series.Value, 6);
        Assert.Null(series.Buckets);
        listened.AssertSound();
    }

    private static MeterSeries? Duration(MeterTable meters) => meters.Series.SingleOrDefault(s => s.Instrument == "shop.order.duration");
}
