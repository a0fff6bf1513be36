using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>To be listened to changes nothing for a .NET process, and those that come and go change nothing for us.</summary>
public sealed class DotnetHarmlessTests(ITestOutputHelper output)
{
    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task A_target_with_an_SDK_of_its_own_samples_and_collects_as_it_did()
    {
        using Scratch scratch = new();
        await using WebTarget web = await WebTarget.StartWithSdk();
        await Ask(web, sampled: 0);
        await using (ExporterProcess exporter = await ExporterProcess.Start(scratch, "sampling: { interval: 1s }\ndotnet: { meters: [Web.Requests] }\n"))
        {
            await exporter.PageWhere("its meters", page => page.Where("web_requests_total", web.Label).Any(), Patience);
            await Ask(web, sampled: 0);
            await Ask(web, sampled: 4); // What its callers have sampled it samples: the exporter in it counts.
            await exporter.PageWhere("its requests", page => page.Value("web_requests_total", web.Label) == 94, Patience);
            await exporter.Stop();
        }
        await Ask(web, sampled: 0);
    }

    /// <summary>With somebody whom spans are sent to, and not a word on how many.</summary>
    [Fact]
    public async Task A_target_with_an_SDK_of_its_own_is_asked_for_no_spans_and_one_beside_it_is()
    {
        using Scratch scratch = new();
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        await using WebTarget own = await WebTarget.StartWithSdk(), none = await WebTarget.StartOn("net10.0"), later = await WebTarget.StartOn("net10.0");
        WebTarget[] all = [own, none, later];
        await using ExporterProcess exporter = await ExporterProcess.Start(
            scratch,
            $"sampling: {{ interval: 1s }}\notlp: {{ endpoint: '{receiver.GrpcEndpoint}' }}\n"
            + $"dotnet: {{ attach: '{string.Join(" or ", all.Select(web => $"pid = {web.Pid}"))}' }}\n");
        await exporter.PageWhere("who has none is asked", page => Asked(page, none) == 1 && Asked(page, later) == 1 && Asked(page, own) == 0, Patience);
        await later.Get("otel", 1);
        await exporter.PageWhere("who has one now is no more", page => Asked(page, later) == 0 && Asked(page, none) == 1, Patience);
        Assert.All((WebTarget[])[own, later], web => Assert.Contains("OpenTelemetry SDK", ReasonOf(exporter, web).Result, StringComparison.Ordinal));
        Assert.InRange((await later.Report()).SpansExported, 0, 1); // The request that loaded it was under way, and sampled.
        await Ask(own, sampled: 0);
        await Ask(own, sampled: 4);
        await Sampled(later, sampled: 0);
        await Sampled(later, sampled: 4);
        await none.Get("orders/5", 10);
        await Eventually.True("spans of the one without", async () => Of(await receiver.SpansAsync(), none) >= 10, within: Patience);
        Assert.Equal(0, Of(await receiver.SpansAsync(), own));
        Assert.InRange(Of(await receiver.SpansAsync(), later), 0, 1);
        MetricsPage last = await exporter.Page();
        Assert.Equal((1, 0), (last.Value("arsenal_dotnet_session_state", own.Label, "state=attached"), last.Value("arsenal_dotnet_span_filter_taken", none.Label)));
        Assert.DoesNotContain(last.Where("arsenal_dotnet_span_filter_taken"), series => "pid=" + series["pid"] == own.Label);
    }

    private static double? Asked(MetricsPage page, WebTarget web) => page.Value("arsenal_dotnet_spans_asked", web.Label);

    private static async Task<string> ReasonOf(ExporterProcess exporter, WebTarget web) => Assert.Single((await exporter.Page()).Where("arsenal_dotnet_spans_asked", web.Label))["reason"]!;

    private static int Of(IEnumerable<OtlpSpan> spans, WebTarget web) => spans.Count(span => span.Resource.Get("process.pid") == FormattableString.Invariant($"{web.Pid}"));

    [Fact]
    public async Task Programs_that_end_soon_end_as_they_would_and_leave_nothing_behind()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(
            scratch, "sampling: { interval: 1s }\ndotnet: { meters: [Shop.Orders] }\ngroups: { rules: [{ name: brief, exe: [Shop] }] }\n");
        await using ShopTarget steady = await ShopTarget.StartOn("net10.0");
        await exporter.PageWhere("the one that stays", page => page.Where("shop_shelf", steady.Label).Any(), Patience);
        int descriptors = Descriptors(exporter);
        var brief = new List<ShopTarget>();
        try
        {
            foreach (int milliseconds in (int[])[0, 300, 1000, 1500, 3000])
                foreach (string framework in (string[])["net8.0", "net9.0"])
                    brief.Add(await ShopTarget.StartFor(TimeSpan.FromMilliseconds(milliseconds), framework));
            var seen = new HashSet<string>();
            Task ended = Task.WhenAll(brief.Select(shop => shop.Ended())); // Each with 0.
            await Eventually.True("they have ended", async () =>
            {
                foreach (Series series in (await exporter.Page()).Where("shop_orders_total")) seen.Add("pid=" + series["pid"]);
                return ended.IsCompleted;
            });
            await ended;
            output.WriteLine($"{seen.Count} of {brief.Count} had their orders on a page");
            MetricsPage after = await exporter.PageWhere(
                "all are counted", page => page.Value("process_group_exits_total", "group=brief", "outcome=success") == brief.Count, Patience);
            Assert.Equal(brief.Count, after.Value("process_group_exits_total", "group=brief"));
            Assert.All(brief, shop => Assert.DoesNotContain(after.All, series => "pid=" + series["pid"] == shop.Label));
            Assert.Equal(1, after.Value("arsenal_dotnet_session_state", steady.Label, "state=attached"));
            Assert.Equal(0, after.Value("arsenal_dotnet_events_lost_total", steady.Label));
            await Eventually.True("no descriptor is left", () => Task.FromResult(Descriptors(exporter) <= descriptors), () => $"{Descriptors(exporter)} of {descriptors}", Patience);
        }
        finally
        {
            foreach (ShopTarget shop in brief) await shop.DisposeAsync();
        }
    }

    /// <summary>Sends requests, and checks that only those are exported whose caller has sampled them, while its metrics are collected.</summary>
    private static async Task Ask(WebTarget web, int sampled)
    {
        WebReport before = await Sampled(web, sampled), after = before;
        await Eventually.True(
            "its SDK has collected",
            async () => (after = await web.Report()).DurationsCollected >= after.Requests && after.PointsCollected > before.PointsCollected && after.Requests == before.Requests + 30 + sampled,
            () => $"{before} {after}");
    }

    /// <summary>The same without its metrics.</summary>
    /// <returns>What it knew of itself before.</returns>
    private static async Task<WebReport> Sampled(WebTarget web, int sampled)
    {
        WebReport before = await web.Report(), after = before;
        await web.Get("orders/1", 20);
        await web.Get("orders/2", 10, parent: Trace + "00");
        if (sampled > 0) await web.Get("orders/3", sampled, parent: Trace + "01");
        await Eventually.True("all are counted", async () => (after = await web.Report()).Requests == before.Requests + 30 + sampled, () => $"{before} {after}");
        Assert.Equal((sampled, sampled), (after.SpansExported - before.SpansExported, after.Recorded - before.Recorded));
        return before;
    }

    private static int Descriptors(ExporterProcess exporter) => Directory.GetFiles($"/proc/{exporter.Pid}/fd").Length;
}
