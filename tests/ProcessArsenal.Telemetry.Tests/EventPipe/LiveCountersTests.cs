using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>Event counters of real runtimes, against what the program knows of itself, and against the meter of those that have both.</summary>
public sealed class LiveCountersTests
{
    /// <summary>Instruments of .NET 9 that no event counter means the same as.</summary>
    private static readonly string[] Without = ["dotnet.process.cpu.time", "dotnet.process.cpu.count", "dotnet.gc.last_collection.heap.fragmentation.size"];

    /// <summary>Levels that .NET 9 and 10 tell as counters.</summary>
    private static readonly string[] Levels = ["dotnet.thread_pool.thread.count", "dotnet.thread_pool.queue.length"];

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    public async Task They_tell_what_the_program_knows_of_itself(string framework)
    {
        await using ListenedShop listened = await ListenedShop.StartOn(framework, 8);
        await listened.Told();
        ShopReport before = await listened.Shop.Report();
        (double collections, double allocated) = Counted(listened);
        for (int i = 0; i < 5; i++) await listened.Shop.Do("collect");
        await listened.Shop.Do("order 5000 Rome");
        await listened.Told();
        ShopReport after = await listened.Shop.Report();
        (double collectionsNow, double allocatedNow) = Counted(listened);
        Assert.Equal(after.Collections - before.Collections, collectionsNow - collections);
        Assert.Equal(5, after.Gen2 - before.Gen2);
        Assert.InRange(allocatedNow - allocated, 1e4, 100e6);
        Assert.InRange(Value(listened, "dotnet.process.memory.working_set"), 5e6, 500e6);
        Assert.InRange(Value(listened, "dotnet.gc.pause.time"), 1e-6, 5);
        Assert.InRange(Value(listened, "dotnet.jit.compiled_methods"), 10, 1e6);
        listened.AssertSound();
    }

    [Fact]
    public async Task They_have_the_names_that_later_runtimes_tell()
    {
        await using ListenedShop older = await ListenedShop.StartOn("net8.0", 8), newer = await ListenedShop.StartOn("net9.0", 9);
        foreach (ListenedShop listened in (ListenedShop[])[older, newer])
        {
            await listened.Shop.Do("collect");
            await listened.Told();
        }
        Assert.Equal(
            newer.Read((meters, _) => Names(meters.Series.Where(s => s.Meter == "System.Runtime" && !Without.Contains(s.Instrument)))),
            older.Read((_, counters) => Names(counters.Series)));
        Assert.Empty(older.Read((meters, _) => meters.Series.Where(s => s.Meter == "System.Runtime")));
    }

    /// <summary>A runtime that has both.</summary>
    [Theory]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task They_have_the_values_that_the_meter_tells(string framework)
    {
        await using ListenedShop listened = await ListenedShop.StartOn(framework, 9);
        Dictionary<(string, string), double> before = Meters(listened);
        await listened.Shop.Do("collect");
        await listened.Told();
        Dictionary<(string, string), double> meters = Meters(listened);
        Assert.All(listened.Read((_, counters) => counters.Series.ToArray()), series =>
        {
            double expected = meters[(series.Instrument, series.Tags)];
            switch (series.Instrument)
            {
                case "dotnet.gc.last_collection.heap.size" or "dotnet.gc.last_collection.memory.committed_size" or "dotnet.thread_pool.thread.count" or "dotnet.timer.count" or "dotnet.assembly.count":
                    Assert.Equal(expected, series.Value);
                    break;
                case "dotnet.gc.collections":
                    Assert.Equal(expected - before[(series.Instrument, series.Tags)], series.Value);
                    break;
                case "dotnet.process.memory.working_set" or "dotnet.jit.compiled_il.size" or "dotnet.jit.compiled_methods":
                    Assert.InRange(series.Value, expected * 0.7, expected * 1.3); // Not at the same moment.
                    break;
                default:
                    Assert.InRange(series.Value, 0, expected + 1e6); // Since we listen, there since the process began.
                    break;
            }
        });
        listened.AssertSound();
    }

    private static string[] Names(IEnumerable<MeterSeries> series) =>
    [
        .. series.Select(s => (s.Instrument, s.Unit, s.Tags, Kind: Levels.Contains(s.Instrument) ? MeterKind.UpDownCounter : s.Kind))
            .Select(s => $"{s.Instrument} {s.Unit} {s.Kind} {s.Tags}").Distinct().Order(StringComparer.Ordinal),
    ];

    private static (double Collections, double Allocated) Counted(ListenedShop listened) =>
        (Value(listened, "dotnet.gc.collections"), Value(listened, "dotnet.gc.heap.total_allocated"));

    private static double Value(ListenedShop listened, string instrument) => listened.Read((_, counters) => counters.Series.Where(s => s.Instrument == instrument).Sum(s => s.Value));

    private static Dictionary<(string, string), double> Meters(ListenedShop listened) =>
        listened.Read((meters, _) => meters.Series.Where(s => s.Meter == "System.Runtime").ToDictionary(s => (s.Instrument, s.Tags), s => s.Value));
}
