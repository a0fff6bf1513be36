using System.Globalization;
using Microsoft.Diagnostics.Tracing;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>Other tools look into the same process at the same time: they have what they want, and we stay exact.</summary>
public sealed class DotnetBesideTests(ITestOutputHelper output)
{
    private const string Configuration = "sampling: { interval: 1s }\ndotnet: { meters: [Shop.Orders] }\n";

    private const string Memory = "dotnet_process_memory_working_set_bytes";

    /// <summary>What each trace ends with: of itself that provider tells nothing.</summary>
    private const string Rundown = "Microsoft-Windows-DotNETRuntimeRundown";

    private static readonly string Trace = Path.Join(Repository.Root, "artifacts/tools/dotnet-trace");

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>dotnet-trace as it comes, and on the very provider that tells us.</summary>
    [Fact]
    public async Task A_trace_has_its_events_and_takes_none_of_ours()
    {
        Assert.SkipUnless(File.Exists(Trace), $"{Trace} is missing: make tools installs it, where there is a network.");
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
        await using ShopTarget shop = await ShopTarget.Start();
        await exporter.PageWhere("its meters", page => page.Where("shop_shelf", shop.Label).Any(), Patience);
        await IsTraced("Microsoft-DotNETCore-SampleProfiler");
        await IsTraced(Rundown, "--providers", "System.Diagnostics.Metrics");
        await IsTraced("System.Diagnostics.Metrics", "--providers", "System.Diagnostics.Metrics:0x2:4");

        async Task IsTraced(string provider, params string[] arguments)
        {
            string file = scratch.PathOf(provider);
            string[] line = ["collect", "--process-id", shop.Pid.ToString(CultureInfo.InvariantCulture), "--output", file, "--duration", "00:00:02", .. arguments];
            Task<Command> run = Command.Run(Trace, line, within: Patience);
            await Eventually.True("the trace is taken", async () =>
            {
                await Work(shop); // While both look into it.
                return run.IsCompleted;
            }, within: Patience);
            Command taken = await run;
            Assert.True(taken.ExitCode == 0, taken.Output + taken.Error);
            int events = Events(file, provider);
            output.WriteLine($"{events} events of {provider}");
            Assert.True(events > 0, $"No event of {provider} in what dotnet-trace took: {taken.Output}{taken.Error}");
            await Work(shop); // And after.
            await IsExact(exporter, shop);
        }
    }

    /// <summary>The runtime has one set of settings at a time. Who comes later with others is told so, and we are not disturbed.</summary>
    [Fact]
    public async Task A_later_collector_of_meters_is_served_or_told_why_not_and_takes_none_of_ours()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
        await using ShopTarget shop = await ShopTarget.Start();
        await exporter.PageWhere("its meters", page => page.Where("shop_shelf", shop.Label).Any(), Patience);
        await IsAnswered("BeginInstrumentReporting", "SHARED", "1", "100");
        await IsAnswered("MultipleSessionsConfiguredIncorrectlyError", "SHARED", "1", "10"); // dotnet-counters
        await IsAnswered("MultipleSessionsConfiguredIncorrectlyError", "SHARED", "5", "100");
        await IsAnswered("MultipleSessionsNotSupportedError", "another", "1", "100");

        async Task IsAnswered(string answer, string id, string interval, string mostHistograms)
        {
            await using (OtherListener other = await OtherListener.Start(shop.Pid, "Shop.Orders", id, interval, mostHistograms))
            {
                await other.Has(answer);
                await Work(shop);
                await other.Has("Collection/Stop", 2); // It is sent what we are.
            }
            await Work(shop);
            await IsExact(exporter, shop);
        }
    }

    private static async Task Work(ShopTarget shop)
    {
        await shop.Do("order 10 Eile");
        await shop.Do("collect");
    }

    /// <summary>All orders that it has taken since it is listened to, and all collections, are on the page, by instruments and by events.</summary>
    private static async Task IsExact(ExporterProcess exporter, ShopTarget shop)
    {
        ShopReport report = await shop.Report();
        await exporter.PageWhere(
            "its orders and collections",
            page => page.Value("shop_orders_total", shop.Label) == report.Orders && page.Value("shop_order_duration_seconds_count", shop.Label) == report.Orders
                && page.Value("dotnet_gc_collections_total", shop.Label) == report.Collections,
            Patience);
        MetricsPage later = await exporter.PageOfLaterTick();
        Assert.Equal(report.Orders, later.Value("shop_orders_total", shop.Label));
        // Pauses are told by another thread than collections.
        await exporter.PageWhere(
            "its pauses and memory",
            page => page.Value("dotnet_gc_pause_duration_seconds_count", shop.Label) >= report.Collections && page.Where(Memory, shop.Label).Any(),
            Patience);
        Assert.Equal(0, later.Value("arsenal_dotnet_events_lost_total", shop.Label));
    }

    private static int Events(string file, string provider)
    {
        int events = 0;
        using var source = new EventPipeEventSource(file);
        source.Dynamic.All += value => events += value.ProviderName == provider ? 1 : 0;
        source.Process();
        return events;
    }
}
