using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>Another tool was there first: the runtime has one set of settings for its meters at a time. Minutes pass in ten seconds.</summary>
public sealed class DotnetObstacleTests
{
    private static readonly DotnetOptions Options = new() { Interval = TimeSpan.FromSeconds(1), Meters = ["Shop.Orders"] };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HurriedTime _time = new(6);

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task Who_shares_is_agreed_with(string framework)
    {
        await using ShopTarget shop = await ShopTarget.StartOn(framework);
        await using OtherListener other = await OtherListener.Start(shop.Pid, "Shop.Other", mostHistograms: "10");
        await other.Has("Collection/Stop");
        await using var target = new DotnetTarget(shop.Look().Directory, Options, _time);
        await Until("our meters", target, () => target.Read(readings => readings.Series.Any(series => series.Instrument == "shop.taken")));
        await shop.Do("order 10 Eile");
        await Until("the orders", target, () => target.Read(readings => readings.Series.Where(series => series.Instrument == "shop.orders").Sum(series => series.Value)) == 10);
        Assert.Equal(
            (DotnetTargetState.Attached, "as another tool wants them, its meters come each 1 s, with 1000 series and 10 histograms at most", 2), (target.State, target.Reason, target.Sessions));
        if (framework != "net8.0") Assert.True(target.Read(readings => readings.Series.Any(series => series.Meter == "System.Runtime")));
    }

    [Fact]
    public async Task Who_shares_with_nobody_is_told_of_and_outlived()
    {
        await using ShopTarget shop = await ShopTarget.Start();
        OtherListener other = await OtherListener.Start(shop.Pid, "System.Runtime", id: "mine");
        await using var target = new DotnetTarget(shop.Look().Directory, Options, _time);
        await using (other)
        {
            await other.Has("BeginInstrumentReporting");
            await Until("a reason", target, () => target.Reason == "another tool has its meters to itself");
            await shop.Do("throw 3");
            await Until("exceptions", target, () => target.Read(readings => readings.Events.Exceptions.GetValueOrDefault("InvalidOperationException")) == 3);
            Assert.Equal(DotnetTargetState.Attached, target.State);
        }
        await Until("our meters", target, () => target.Reason is null && target.Read(readings => readings.Series.Any(series => series.Instrument == "shop.taken")));
        Assert.Equal(3, target.Read(readings => readings.Events.Exceptions["InvalidOperationException"])); // Events are counted over all sessions.
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net10.0")]
    public async Task Who_has_more_series_than_it_tells_is_said_to(string framework)
    {
        await using ShopTarget shop = await ShopTarget.StartOn(framework);
        await using var target = new DotnetTarget(shop.Look().Directory, Options with { MostHistograms = 1 }, TimeProvider.System);
        await Until("its meters", target, () => target.Read(readings => readings.Series.Any(series => series.Instrument == "shop.taken")));
        Assert.Null(target.Reason);
        foreach (string city in (string[])["Eile", "Rome", "Worms"]) await shop.Do("order 3 " + city);
        await Until("a reason", target, () => target.Reason is not null);
        Assert.Contains("some of its own are missing", target.Reason, StringComparison.Ordinal);
        Assert.Equal(DotnetTargetState.Attached, target.State);
    }

    private static Task Until(string what, DotnetTarget target, Func<bool> condition) =>
        Eventually.True(what, condition, () => $"It is {target.State}: {target.Reason}, {target.Sessions} sessions", Patience);
}
