using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>A page shows one tick, however fast ticks follow each other and processes come and go.</summary>
[Collection(EndToEndTests.Name)]
public sealed class ConsistentPageTests
{
    private const int Pages = 50;

    [Fact]
    public async Task None_of_50_pages_fetched_while_sampling_runs_mixes_two_ticks()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(
            scratch, Configurations.WatchedByExecutable("100ms", "e2e-churn"));
        await using Workload churn = await Workload.Start(
            scratch, "e2e-churn", "--churn", "100", "--seconds", "12", "--long-every", "2", "--long-ms", "300", "--long-cpu-ms", "5");
        await exporter.PageWhere("the churn", page => page.Value("process_group_processes", "group=e2e-churn") > 5);

        Dictionary<double, string> pageOfTick = [];
        int fetched = 0;
        await Eventually.True(
            $"{Pages} pages of at least 20 ticks",
            async () =>
            {
                foreach (MetricsPage page in await Task.WhenAll(exporter.Page(), exporter.Page()))
                {
                    AssertAddsUp(page);
                    AssertSameAsOtherPagesOfItsTick(page, pageOfTick);
                    fetched++;
                }

                return fetched >= Pages && pageOfTick.Count >= 20;
            },
            () => $"{fetched} pages, {pageOfTick.Count} ticks");
    }

    private static void AssertAddsUp(MetricsPage page)
    {
        double? processes = page.Value("process_group_processes");
        Assert.True(processes > 0);
        Assert.Equal(processes, page.Value("process_group_states"));
        Assert.Equal(processes, page.Value("system_process_count"));
        Assert.True(page.Value("process_group_threads") >= page.Value("process_group_states", "state=sleeping"));
        double? watched = page.Value("process_info", "group=e2e-churn");
        Assert.Equal(page.Value("process_group_processes", "group=e2e-churn"), watched);
        double? born = page.Value("process_group_starts_total", "group=e2e-churn");
        double? died = page.Value("process_group_exits_total", "group=e2e-churn");
        // At most one more: the first process may have been seen before its exec, under another group.
        Assert.InRange(watched!.Value - (born!.Value - died!.Value), 0, 1);
    }

    private static void AssertSameAsOtherPagesOfItsTick(MetricsPage page, Dictionary<double, string> pageOfTick)
    {
        string text = page.Only("process_", "system_");
        if (!pageOfTick.TryAdd(page.Ticks, text))
            Assert.Equal(pageOfTick[page.Ticks], text);
    }
}
