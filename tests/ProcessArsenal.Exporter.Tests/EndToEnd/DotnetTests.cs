using System.Globalization;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>.NET processes from within: what the page says of them, against what they say of themselves.</summary>
[Collection(EndToEndTests.Name)]
public sealed class DotnetTests(ITestOutputHelper output)
{
    /// <summary>The default interval: what is told between two ticks comes to the page by an early one.</summary>
    private const string Configuration = "dotnet: { attach: all, meters: [Shop.Orders] }\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task All_targets_are_on_one_page_with_what_they_counted_and_a_dead_one_is_gone()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
        await using ShopTarget eight = await ShopTarget.StartOn("net8.0");
        await using ShopTarget nine = await ShopTarget.StartOn("net9.0");
        await using ShopTarget ten = await ShopTarget.StartOn("net10.0");
        ShopTarget[] all = [eight, nine, ten];
        await exporter.PageWhere("three sessions", page => all.All(shop => IsAttached(page, shop)), Patience);
        for (int i = 0; i < all.Length; i++)
        {
            // Pushed counters count from when somebody listens.
            await exporter.PageWhere("its meters", page => page.Where("shop_shelf", Pid(all[i])).Any(), Patience);
            await all[i].Do($"order {100 * (i + 1)} Köln, am \"Rhein\"=\\");
            await all[i].Do("collect");
        }
        foreach (ShopTarget shop in all)
        {
            long orders = (await shop.Report()).Orders;
            MetricsPage page = await exporter.PageWhere("its orders", p => p.Value("shop_orders_total", Pid(shop)) == orders, Patience);
            Assert.Equal("counter", page.Types["shop_orders_total"]);
            Assert.Equal(2, page.Where("shop_orders_total", Pid(shop)).Count());
            Assert.All(page.Where("shop_orders_total", Pid(shop)), series => Assert.Equal(
                ("Köln, am \"Rhein\"=\\", "Shop.Orders"), (series["city"], series["otel_scope_name"])));
            Assert.Equal(orders, page.Value("shop_taken_total", Pid(shop)));
            Assert.Equal("histogram", page.Types["shop_order_duration_seconds"]);
            page = await exporter.PageWhere("its durations", p => p.Value("shop_order_duration_seconds_count", Pid(shop)) == orders, Patience);
            Assert.Equal(orders, page.Value("shop_order_duration_seconds_bucket", Pid(shop), "le=+Inf"));
            Assert.Equal(orders / 100 * 4.95, page.Value("shop_order_duration_seconds_sum", Pid(shop))!.Value, 6);
            Assert.True(page.Value("dotnet_gc_pause_duration_seconds_count", Pid(shop)) >= 1);
            Assert.Equal(0, page.Value("arsenal_dotnet_events_lost_total", Pid(shop)));
            Series info = Assert.Single(page.Where("process_info", Pid(shop)));
            Assert.Equal("dotnet", info["runtime"]);
            Assert.StartsWith(shop == eight ? "8." : shop == nine ? "9." : "10.", info["runtime_version"]);
            // Of .NET 8 by its event counters.
            Assert.Equal("gauge", page.Types["dotnet_thread_pool_thread_count"]);
            Assert.True(page.Value("dotnet_thread_pool_thread_count", Pid(shop)) >= 0);
            // Only .NET 10 tells buckets, and only the others quantiles.
            Assert.Equal(shop == ten, page.Where("shop_order_duration_seconds_bucket", Pid(shop)).Any(s => s["le"] != "+Inf"));
            Assert.Equal(shop != ten, page.Where("shop_order_duration_seconds_quantile", Pid(shop)).Any());
            Assert.All(page.All.Where(s => s["pid"] == info["pid"]), s => Assert.Equal(info["identity"], s["identity"]));
        }
        foreach (ShopTarget shop in all)
        {
            int collections = (await shop.Report()).Collections;
            await exporter.PageWhere("its collections", p => p.Value("dotnet_gc_collections_total", Pid(shop)) == collections, Patience);
        }
        nine.Signal("KILL");
        MetricsPage after = await exporter.PageOfLaterTick();
        Assert.DoesNotContain(after.All, s => s["pid"] == nine.Pid.ToString(CultureInfo.InvariantCulture));
        Assert.True(IsAttached(after, eight) && IsAttached(after, ten));
    }

    [Fact]
    public async Task A_new_target_has_its_first_values_on_the_page_within_three_seconds()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
        Assert.SkipUnless((await exporter.Page()).Value("arsenal_signal_available", "signal=process_events") == 1, "Who has begun is not told here.");
        var times = new List<double>();
        for (int i = 0; i < 3; i++)
        {
            long began = TimeProvider.System.GetTimestamp();
            await using ShopTarget shop = await ShopTarget.Start();
            await exporter.PageWhere("its first values", page => page.Where("dotnet_process_memory_working_set_bytes", Pid(shop)).Any(), Patience);
            times.Add(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        }
        output.WriteLine($"first values on the page after {string.Join(", ", times.Select(t => t.ToString("F2", CultureInfo.InvariantCulture)))} s");
        Assert.InRange(times.Order().ElementAt(1), 0, 3);
    }

    [Fact]
    public async Task One_that_is_stopped_is_said_to_be_and_has_no_old_values()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
        await using ShopTarget shop = await ShopTarget.Start();
        await exporter.PageWhere("its meters", page => page.Where("shop_shelf", Pid(shop)).Any(), Patience);
        await shop.Stop();
        MetricsPage page = await exporter.PageWhere("silence", p => p.Value("arsenal_dotnet_session_state", Pid(shop), "state=silent") == 0, Patience);
        Assert.Empty(page.Where("shop_shelf", Pid(shop)));
        shop.Signal("CONT");
        await exporter.PageWhere("its meters again", p => IsAttached(p, shop) && p.Where("shop_shelf", Pid(shop)).Any(), Patience);
    }

    [Fact]
    public async Task What_is_not_to_be_attached_to_is_let_alone_until_it_is()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "sampling: { interval: 1s }\ndotnet: { attach: 'name = \"nobody\"' }\n");
        await using ShopTarget shop = await ShopTarget.Start();
        await exporter.PageOfLaterTick();
        await exporter.PageOfLaterTick();
        Assert.Empty((await exporter.Page()).Where("arsenal_dotnet_session_state"));
        await File.WriteAllTextAsync(exporter.ConfigurationFile, "sampling: { interval: 1s }\ndotnet: { meters: [Shop.Orders] }\n", TestContext.Current.CancellationToken);
        await exporter.PageWhere("its meters", page => page.Where("shop_shelf", Pid(shop)).Any(), Patience);
        await File.WriteAllTextAsync(exporter.ConfigurationFile, "sampling: { interval: 1s }\ndotnet: { attach: none }\n", TestContext.Current.CancellationToken);
        await exporter.PageWhere("nothing", page => !page.Where("arsenal_dotnet_session_state").Any(), Patience);
    }

    [Fact]
    public async Task The_strict_parser_objects_to_nothing_that_targets_tell()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
        await using ShopTarget nine = await ShopTarget.StartOn("net9.0");
        await using ShopTarget ten = await ShopTarget.StartOn("net10.0");
        await exporter.PageWhere("their meters", page => page.Where("shop_shelf", Pid(nine)).Any() && page.Where("shop_shelf", Pid(ten)).Any(), Patience);
        await nine.Do("order 10 a=b,c");
        await ten.Do("order 10 \"x\"");
        await ten.Do("throw 3");
        await exporter.PageWhere("their orders", page => page.Where("shop_orders_total", Pid(nine)).Any() && page.Where("shop_orders_total", Pid(ten)).Any(), Patience);
        IReadOnlyDictionary<string, string> families = await PageChecks.OpenMetricsFamilies(await exporter.OpenMetrics());
        Assert.Equal("histogram", families["shop_order_duration_seconds"]);
        Assert.Contains("# HELP shop_orders_total Orders taken.\n", await exporter.Text(), StringComparison.Ordinal);
        string[] remarks = await PageChecks.PromtoolRemarks(await exporter.Text());
        foreach (string remark in remarks.Where(r => r.StartsWith("dotnet_", StringComparison.Ordinal) || r.StartsWith("shop_", StringComparison.Ordinal))) output.WriteLine(remark);
    }

    private static bool IsAttached(MetricsPage page, ShopTarget shop) => page.Value("arsenal_dotnet_session_state", Pid(shop), "state=attached") == 1;

    private static string Pid(ShopTarget shop) => "pid=" + shop.Pid.ToString(CultureInfo.InvariantCulture);
}
