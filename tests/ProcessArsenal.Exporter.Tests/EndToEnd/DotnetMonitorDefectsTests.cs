using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>
/// What dotnet-monitor's page of metrics was seen to get wrong, and where it is shown not to be so here. An empty page until one process is chosen, histograms
/// without sum and count, all labels lost to a comma in a value, a process that is still there when it is dead: all in
/// <see cref="DotnetTests.All_targets_are_on_one_page_with_what_they_counted_and_a_dead_one_is_gone"/>, for .NET 8, 9 and 10. The dead and the living in one
/// series: <see cref="DotnetPlacesTests.One_that_begins_with_the_pid_of_another_has_nothing_of_it"/>. Seconds until the first values:
/// <see cref="DotnetTests.A_new_target_has_its_first_values_on_the_page_within_three_seconds"/>; its memory: `make bench-targets`. The rest is here.
/// </summary>
[Collection(EndToEndTests.Name)]
[Trait("about", "dotnet-monitor")]
public sealed class DotnetMonitorDefectsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>Its six sets of tags made three series, and its counters were gauges of the last interval.</summary>
    [Fact]
    public async Task Each_set_of_tags_has_a_series_and_a_counter_keeps_its_total_when_nothing_moves()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "sampling: { interval: 1s }\ndotnet: { meters: [Shop.Orders] }\n");
        await using ShopTarget nine = await ShopTarget.StartOn("net9.0");
        await using ShopTarget ten = await ShopTarget.StartOn("net10.0");
        ShopTarget[] shops = [nine, ten];
        await exporter.PageWhere("their meters", page => shops.All(shop => page.Where("shop_shelf", shop.Label).Any()), Patience);
        foreach (ShopTarget shop in shops)
        {
            await shop.Do("order 11 Altona"); // The first, third ... are not express.
            await shop.Do("order 20 Barmbek");
            await shop.Do("order 31 Chilehaus, 2=3");
        }
        Dictionary<(string?, string?), double> ordered = new()
        {
            [("Altona", "False")] = 6,
            [("Altona", "True")] = 5,
            [("Barmbek", "False")] = 10,
            [("Barmbek", "True")] = 10,
            [("Chilehaus, 2=3", "False")] = 15,
            [("Chilehaus, 2=3", "True")] = 16,
        };
        MetricsPage page = await exporter.PageWhere("their orders", p => shops.All(shop => p.Value("shop_orders_total", shop.Label) == 62), Patience);
        for (int more = 0; more < 2; more++)
        {
            Assert.Equal("counter", page.Types["shop_orders_total"]);
            foreach (ShopTarget shop in shops)
            {
                Assert.Equal(ordered, page.Where("shop_orders_total", shop.Label).ToDictionary(series => (series["city"], series["express"]), series => series.Value));
                Assert.Equal(3, page.Where("shop_order_duration_seconds_count", shop.Label).Count());
            }
            page = await exporter.PageOfLaterTick(); // Intervals without an order.
        }
    }
}
