using System.Globalization;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>Programs as people write them, on each runtime: what the page counts is what they count themselves.</summary>
public sealed class DotnetProgramTests
{
    private const string Configuration =
        "sampling: { interval: 1s }\ndotnet: { meters: [Web.Requests, Worker.Queue, Worker.Processor, Shop.Orders] }\n";

    private const string Durations = "http_server_request_duration_seconds_count";

    private static readonly string[] Frameworks = ["net8.0", "net9.0", "net10.0"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task Requests_are_as_many_by_route_and_status_as_the_program_counts()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
        await using Group<WebTarget> webs = await Group<WebTarget>.Start(Frameworks, WebTarget.StartOn);
        // What a histogram recorded before it was listened to is not told.
        await exporter.PageWhere("their meters", page => webs.All.All(web => page.Value("web_requests_total", web.Label) == 0), Patience);
        foreach (WebTarget web in webs.All)
        {
            await web.Get("orders/7", 40);
            await web.Get("teapot", 7, status: 418);
            await web.Get("fail", 3, status: 500);
            await web.Get("call", 5);
        }
        Dictionary<(string?, string?), double> sent = new()
        {
            [("/orders/{id}", "200")] = 45,
            [("/teapot", "418")] = 7,
            [("/fail", "500")] = 3,
            [("/call", "200")] = 5,
        };
        await exporter.PageWhere("all requests", page => webs.All.All(web => page.Value("web_requests_total", web.Label) == 60 && Same(sent, Requests(page, web))), Patience);
        MetricsPage later = await exporter.PageOfLaterTick(); // Nothing is counted twice.
        foreach (WebTarget web in webs.All)
        {
            WebReport report = await web.Report();
            Assert.Equal(60, report.Requests);
            Assert.Equal(sent, report.Durations.ToDictionary(d => ((string?)d.Route, (string?)d.Status.ToString(CultureInfo.InvariantCulture)), d => (double)d.Count));
            Assert.Equal(sent, Requests(later, web));
            Assert.Equal(60, later.Value("web_requests_total", web.Label));
            Assert.Equal(3, later.Value(Durations, web.Label, "error_type=System.InvalidOperationException"));
            Assert.Equal(5, later.Value("http_client_request_duration_seconds_count", web.Label, "http_response_status_code=200"));
            Assert.Equal(0, later.Value("arsenal_dotnet_events_lost_total", web.Label));
        }
    }

    [Fact]
    public async Task Collections_are_those_that_the_runtime_counts_by_generation()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
        await using Group<WebTarget> webs = await Group<WebTarget>.Start(["net9.0", "net10.0"], WebTarget.StartOn);
        foreach (WebTarget web in webs.All)
        {
            await web.Get("collect/0", 4);
            await web.Get("collect/1", 3);
            await web.Get("collect/2", 2);
        }
        foreach (WebTarget web in webs.All)
        {
            MetricsPage page = await exporter.PageWhere("its collections", p => p.Value("dotnet_gc_collections_total", web.Label) >= 9, Patience);
            await Eventually.True("it stood still", async () =>
            {
                int[] collections = (await web.Report()).Collections;
                (MetricsPage before, page) = (page, await exporter.PageOfLaterTick());
                if (!Collections(before, web).SequenceEqual(Collections(page, web))) return false;
                // Those of a higher generation are not counted among those of a lower one.
                Assert.Equal([collections[0] - collections[1], collections[1] - collections[2], collections[2]], Collections(page, web));
                return true;
            });
        }
    }

    [Fact]
    public async Task A_worker_is_counted_exactly_and_its_gauges_are_right_once_they_stand_still()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
        await using Group<WorkerTarget> workers = await Group<WorkerTarget>.Start(Frameworks, WorkerTarget.StartOn);
        await exporter.PageWhere("their meters", page => workers.All.All(worker => page.Value("worker_queue_depth", worker.Label) == 0), Patience);
        foreach (WorkerTarget worker in workers.All)
        {
            await worker.Do("hold");
            await worker.Do("good 1003");
        }
        MetricsPage page = await exporter.PageWhere("full queues", p => workers.All.All(worker => p.Value("worker_queue_depth", worker.Label) == 1000), Patience);
        foreach (WorkerTarget worker in workers.All)
        {
            WorkerReport report = await worker.Report();
            Assert.Equal((1000, 3, 1000), (report.Accepted, report.Refused, report.Depth));
            await worker.Do("go");
            await Eventually.True("the jobs are done", async () => (await worker.Report()).Done == 1000);
            await worker.Do("bad 12");
            await Eventually.True("the bad ones too", async () => (await worker.Report()).Failed == 12);
        }
        page = await exporter.PageWhere("all jobs", p => workers.All.All(worker => p.Value("worker_job_duration_seconds_count", worker.Label) == 1012), Patience);
        page = await exporter.PageOfLaterTick();
        foreach (WorkerTarget worker in workers.All)
        {
            WorkerReport report = await worker.Report();
            Assert.Equal(0, report.Depth);
            Assert.Equal(report.Depth, page.Value("worker_queue_depth", worker.Label));
            Assert.Equal(report.Balance, page.Value("worker_balance", worker.Label));
            Assert.Equal(report.Accepted, page.Value("worker_jobs_offered_total", worker.Label, "accepted=True"));
            Assert.Equal(report.Refused, page.Value("worker_jobs_offered_total", worker.Label, "accepted=False"));
            Assert.Equal(1000, page.Value("worker_job_duration_seconds_count", worker.Label, "good=True"));
            Assert.Equal(report.Done, page.Value("worker_job_duration_seconds_count", worker.Label));
            Assert.Equal(1000 * 0.25 + 12 * 0.5, page.Value("worker_job_duration_seconds_sum", worker.Label)!.Value, 6);
            Assert.Equal("counter", page.Types["worker_jobs_offered_total"]);
            Assert.Equal("gauge", page.Types["worker_queue_depth"]);
            Assert.Equal("gauge", page.Types["worker_balance"]);
        }
        foreach (WorkerTarget worker in workers.All) // Since .NET 9 by its meter, before by events.
            Assert.Equal(12, page.Value("dotnet_exceptions_total", worker.Label, "error_type=InvalidDataException"));
    }

    [Fact]
    public async Task Targets_of_all_kinds_are_on_one_page_and_a_killed_one_is_gone_from_the_next()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
        await using WebTarget web = await WebTarget.StartOn("net10.0");
        await using WorkerTarget killed = await WorkerTarget.StartOn("net9.0");
        await using WorkerTarget worker = await WorkerTarget.StartOn("net8.0");
        await using ShopTarget shop = await ShopTarget.StartOn("net10.0");
        await exporter.PageWhere(
            "all of them",
            page => page.Where("web_requests_total", web.Label).Any() && page.Where("worker_queue_depth", killed.Label).Any()
                && page.Where("worker_queue_depth", worker.Label).Any() && page.Where("shop_shelf", shop.Label).Any(),
            Patience);
        killed.Signal("KILL");
        MetricsPage next = await exporter.PageOfLaterTick();
        Assert.DoesNotContain(next.All, series => "pid=" + series["pid"] == killed.Label);
        Assert.All((TargetProgram[])[web, worker, shop], target => Assert.True(IsAttached(next, target)));
        Assert.Single(next.Where("worker_queue_depth", worker.Label));
    }

    private static bool IsAttached(MetricsPage page, TargetProgram target) =>
        page.Value("arsenal_dotnet_session_state", target.Label, "state=attached") == 1;

    /// <summary>By route and status, but those for the report.</summary>
    private static Dictionary<(string?, string?), double> Requests(MetricsPage page, WebTarget web) => page.Where(Durations, web.Label)
        .Where(series => series["http_route"] != "/report")
        .GroupBy(series => (series["http_route"], series["http_response_status_code"]), series => series.Value)
        .ToDictionary(group => group.Key, group => group.Sum());

    private static bool Same(Dictionary<(string?, string?), double> one, Dictionary<(string?, string?), double> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out double value) && value == pair.Value);

    private static int[] Collections(MetricsPage page, WebTarget web) => [.. ((string[])["gen0", "gen1", "gen2"]).Select(generation =>
        (int?)page.Value("dotnet_gc_collections_total", web.Label, "dotnet_gc_heap_generation=" + generation) ?? -1)];

    /// <summary>Several programs that end together.</summary>
    private sealed class Group<T> : IAsyncDisposable
        where T : TargetProgram
    {
        private readonly List<T> _all = [];

        public IReadOnlyList<T> All => _all;

        public static async Task<Group<T>> Start(IEnumerable<string> frameworks, Func<string, Task<T>> start)
        {
            var group = new Group<T>();
            foreach (string framework in frameworks) group._all.Add(await start(framework));
            return group;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (T target in _all) await target.DisposeAsync();
        }
    }
}
