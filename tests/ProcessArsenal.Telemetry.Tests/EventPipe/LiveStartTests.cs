using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>Since when the counters of real programs count.</summary>
public sealed class LiveStartTests
{
    private static readonly DotnetOptions Options = new() { Interval = TimeSpan.FromSeconds(1), Meters = ["System.Runtime", "Shop.Orders"], Points = true };

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task What_is_observed_is_older_than_the_session_and_what_is_counted_for_it_is_not(string framework)
    {
        await using ShopTarget shop = await ShopTarget.StartOn(framework);
        await shop.Do("order 3 Rome");
        DateTimeOffset before = TimeProvider.System.GetUtcNow();
        await using var target = new DotnetTarget(shop.Look().Directory, Options, TimeProvider.System);
        await Eventually.True("an interval", () => target.Read(readings => readings.Intervals) > 0);
        await shop.Do("order 2 Rome");
        await Eventually.True("all orders", () => Value(target, "shop.orders") == 2 && Value(target, "shop.taken") == 5);
        target.Read(readings =>
        {
            Assert.All(Series(readings, "shop.orders"), series => Assert.True(series.IsOfSession));
            Assert.False(Series(readings, "shop.taken").Single().IsOfSession);
            Assert.InRange(readings.Began!.Value, before, TimeProvider.System.GetUtcNow());
            Assert.Equal(readings.Began, readings.Events.Began);
            ExponentialBuckets? buckets = Series(readings, "shop.order.duration").Single().Exponential;
            Assert.Equal(framework == "net10.0" ? 2L : null, buckets?.Count);
            return true;
        });
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    public async Task What_another_tool_has_counted_already_is_older_too(string framework)
    {
        await using ShopTarget shop = await ShopTarget.StartOn(framework);
        await using OtherListener other = await OtherListener.Start(shop.Pid, "System.Runtime;Shop.Orders");
        await Eventually.True("what the other is told", () => other.Events("Collection/Stop") > 0);
        await shop.Do("order 4 Rome");
        int intervals = other.Events("Collection/Stop");
        await Eventually.True("the orders there", () => other.Events("Collection/Stop") > intervals + 1);
        await using var target = new DotnetTarget(shop.Look().Directory, Options, TimeProvider.System);
        await Eventually.True("what was ordered before", () => Value(target, "shop.orders") == 4);
        Assert.DoesNotContain(target.Read(readings => Series(readings, "shop.orders")), series => series.IsOfSession);
    }

    /// <summary>As where an exporter begins while the session of one that was killed is still there.</summary>
    [Fact]
    public async Task So_are_buckets()
    {
        await using ShopTarget shop = await ShopTarget.StartOn("net10.0");
        await using var first = new DotnetTarget(shop.Look().Directory, Options, TimeProvider.System);
        await Eventually.True("an interval", () => first.Read(readings => readings.Intervals) > 0);
        await shop.Do("order 4 Rome");
        await Eventually.True("the orders there", () => Value(first, "shop.orders") == 4);
        await using var second = new DotnetTarget(shop.Look().Directory, Options, TimeProvider.System);
        await Eventually.True("what was ordered before", () => Value(second, "shop.orders") == 4);
        await Eventually.True("a whole interval", () => second.Read(readings => readings.Intervals) > 1);
        Assert.Equal((4L, false), second.Read(readings => Of(readings)));
        Assert.Equal((4L, true), first.Read(readings => Of(readings)));

        static (long, bool) Of(TargetReadings readings) =>
            (Series(readings, "shop.order.duration").Single().Exponential!.Count, Series(readings, "shop.order.duration").Single().IsOfSession);
    }

    private static double Value(DotnetTarget target, string instrument) => target.Read(readings => Series(readings, instrument).Sum(series => series.Value));

    private static MeterSeries[] Series(TargetReadings readings, string instrument) => [.. readings.Series.Where(series => series.Instrument == instrument)];
}
