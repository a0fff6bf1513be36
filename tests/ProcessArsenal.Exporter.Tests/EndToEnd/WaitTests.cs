using System.Globalization;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>Context switches and waits of all threads, the ended ones included.</summary>
[Collection(EndToEndTests.Name)]
public sealed class WaitTests(ITestOutputHelper output)
{
    private const string Group = "group=e2e-threads";

    [Fact]
    public async Task Threads_that_end_leave_their_context_switches_behind()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configurations.WatchedByExecutable("500ms", "e2e-threads"));
        await using Workload workload = await Workload.Start(scratch, "e2e-threads");
        MetricsPage page = await exporter.PageOfLaterTick();
        Assert.SkipUnless(page.Value("arsenal_signal_available", "signal=context_switches") == 1, "Taskstats takes CAP_NET_ADMIN.");

        double highest = 0;
        for (int round = 0; round < 8; round++)
        {
            await workload.Threads(20);
            page = await exporter.Page();
            double now = page.Value("process_context_switches_total", Group) ?? 0;
            Assert.True(now >= highest, $"Context switches fell from {highest} to {now}.");
            highest = now;
        }
        Truth truth = await workload.Report();
        // Eight rounds of twenty threads that sleep ten times each: forgetting them would leave a few dozen.
        Assert.True(truth.VoluntarySwitches > 1600, truth.ToString());
        page = await exporter.PageWhere("the switches of ended threads", p =>
            p.Value("process_context_switches_total", Group, "process_context_switch_type=voluntary") >= truth.VoluntarySwitches * 0.98);
        output.WriteLine($"getrusage: {truth.VoluntarySwitches} + {truth.InvoluntarySwitches}; "
            + page.Value("process_context_switches_total", Group)!.Value.ToString(CultureInfo.InvariantCulture));
        Assert.True(page.Value("process_context_switches_total", Group) <= truth.VoluntarySwitches + truth.InvoluntarySwitches + 50);
        // A tick may have met the last of them while it ended.
        _ = await exporter.PageWhere("the main thread alone", p => p.Value("process_group_threads", Group) == 1);
    }

    [Fact]
    public async Task Who_has_to_share_a_processor_is_seen_to_wait_for_it()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configurations.GroupsByExecutable("500ms", "e2e-crowd"));
        int crowd = 4 * Environment.ProcessorCount;
        await using Workload workload = await Workload.Start(scratch, "e2e-crowd", "--burst", crowd.ToString(CultureInfo.InvariantCulture));
        await workload.BurstReport(TimeSpan.FromSeconds(60));
        MetricsPage page = await exporter.PageWhere("all have ended", p => p.Value("process_group_exits_total", "group=e2e-crowd") >= crowd);
        Assert.SkipUnless(page.Value("arsenal_signal_available", "signal=wait") == 1, "Taskstats takes CAP_NET_ADMIN.");
        // Each needs 20 to 50 ms, and three in four must wait meanwhile.
        double waited = page.Value("process_group_wait_seconds_total", "group=e2e-crowd", "reason=run_queue")!.Value;
        Assert.True(waited > 0.02 * crowd, $"{waited} s");
        if (page.Value("arsenal_signal_available", "signal=wait_delays") == 0)
            Assert.Null(page.Value("process_group_wait_seconds_total", "group=e2e-crowd", "reason=block_io"));
        else
            Assert.NotNull(page.Value("process_group_wait_seconds_total", "group=e2e-crowd", "reason=block_io"));
    }
}
