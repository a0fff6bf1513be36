using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Runtime;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>Exceptions of a real program, whichever way its runtime counts them, against what it counts itself.</summary>
public sealed class LiveExceptionsTests
{
    private static readonly DotnetOptions Options = new() { Interval = TimeSpan.FromSeconds(1) };

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task They_are_counted_by_type_and_the_latest_are_kept(string framework)
    {
        await using ShopTarget shop = await ShopTarget.StartOn(framework);
        await using var target = new DotnetTarget(shop.Look().Directory, Options, TimeProvider.System);
        await Eventually.True("values", () => target.Read(readings => readings.Intervals > 0), () => target.Reason ?? "");
        await shop.Do("throw 70");
        await shop.Do("rethrow 7 the shelf is empty, Müller");
        Dictionary<string, int> thrown = (await shop.Report()).Exceptions;
        Assert.Equal(new() { ["InvalidOperationException"] = 70, ["Refused`1"] = 14 }, thrown);
        // Since .NET 9 there is no event when one is thrown again; its meter counts that.
        int told = framework == "net8.0" ? 14 : 7;
        await Eventually.True(
            "all of them", () => target.Read(Counted).Values.Sum() == 84 && target.Read(Told).Values.Sum() == 70 + told, () => $"{target.Read(Counted).Values.Sum()} {target.Read(Told).Values.Sum()}");
        // By what is on the page, and by the events.
        Assert.Equal(thrown, target.Read(Counted));
        Assert.Equal(new() { ["InvalidOperationException"] = 70, ["Refused`1"] = told }, target.Read(Told));
        Assert.Equal(framework == "net8.0" ? 2 : 0, target.Read(readings => readings.Exceptions.Count));
        RecentEvent[] recent = target.Read(readings => readings.Events.RecentExceptions.All.ToArray());
        Assert.Equal(RecentEvents.Most, recent.Length);
        Assert.Equal(Enumerable.Repeat("the shelf is empty, Müller", told), recent[^told..].Select(e => e.Message));
        Assert.All(recent[^told..], e => Assert.StartsWith("Refused`1", e.Type, StringComparison.Ordinal));
        Assert.All(recent[..^told], e => Assert.Equal(("System.InvalidOperationException", "sold out"), (e.Type, e.Message)));
        Assert.All(recent, e => Assert.InRange(TimeProvider.System.GetUtcNow() - e.Time, TimeSpan.Zero, TimeSpan.FromSeconds(30)));
        Assert.Equal(0, target.Lost);
    }

    /// <summary>As it is published.</summary>
    private static Dictionary<string, int> Counted(TargetReadings readings) => readings.Exceptions.Count > 0 || readings.Runtime!.Major < 9
        ? readings.Exceptions.ToDictionary(pair => pair.Key, pair => (int)pair.Value)
        : readings.Series.Where(series => series.Instrument == "dotnet.exceptions").ToDictionary(series => series.Tags.Replace("error.type=", "", StringComparison.Ordinal), series => (int)series.Value);

    private static Dictionary<string, int> Told(TargetReadings readings) => readings.Events.Exceptions.ToDictionary(pair => pair.Key, pair => (int)pair.Value);
}
