using System.Globalization;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>
/// Processes of 20 to 50 ms, 500 at once and 2,000 in a minute (or a third of that): each is counted with how it ended, and their CPU time is what wait4(2) told their
/// parent. An exporter without privilege watches the same ones: what it can't know is absent, and said.
/// </summary>
[Collection(EndToEndTests.Name)]
public sealed class ShortLivedTests(ITestOutputHelper output)
{
    private const string Burst = "e2e-burst";
    private const string Spread = "e2e-spread";
    private const string Big = "e2e-big";

    /// <summary>How long the spread ones are spread over, at 2,000 a minute: 20 s, or as SHORT_LIVED_SECONDS says (`make short-lived`: 60).</summary>
    private static readonly int SpreadSeconds = int.Parse(Environment.GetEnvironmentVariable("SHORT_LIVED_SECONDS") ?? "20", CultureInfo.InvariantCulture), SpreadCount = SpreadSeconds * 2000 / 60;

    [Fact]
    public async Task All_are_counted_with_their_outcome_and_their_cpu_time()
    {
        Assert.SkipUnless(Signals.IsRoot, "Exit records take CAP_NET_ADMIN.");
        using Scratch scratch = new();
        string configuration = Configurations.GroupsByExecutable("1s", Burst, Spread);
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, configuration);
        using Scratch other = new();
        await using ExporterProcess ordinary = await ExporterProcess.Start(other, configuration, Users.AsNobody);
        Assert.SkipUnless((await exporter.Page()).Value("arsenal_signal_available", "signal=exit_records") == 1, "No exit records in this namespace.");

        // The ones by fork and exec, as a shell starts them; the others by fork alone.
        await using Workload burst = await Workload.Start(scratch, Burst, "--burst", "500", "--by-exec", "1");
        BurstTruth atOnce = await burst.BurstReport(TimeSpan.FromSeconds(120));
        await using Workload spread = await Workload.Start(scratch, Spread, "--burst", Number(SpreadCount), "--over", Number(SpreadSeconds));
        BurstTruth overAMinute = await spread.BurstReport(TimeSpan.FromSeconds(180));
        await Check(exporter, ordinary, Burst, burst, atOnce, 500);
        await Check(exporter, ordinary, Spread, spread, overAMinute, SpreadCount);

        MetricsPage page = await exporter.Page();
        Assert.Equal(0, page.Value("arsenal_kernel_messages_lost_total"));
        Assert.True(page.Value("system_process_created_total") >= 500 + SpreadCount);
        output.WriteLine($"{page.Value("arsenal_groups_guessed_total")} groups guessed");
    }

    /// <summary>What the kernel takes to free their memory is in no exit record, and theirs all the same.</summary>
    [Fact]
    public async Task The_time_that_freeing_their_memory_takes_is_counted()
    {
        Assert.SkipUnless(Signals.IsRoot, "Exit records take CAP_NET_ADMIN.");
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configurations.GroupsByExecutable("1s", Big));
        Assert.SkipUnless((await exporter.Page()).Value("arsenal_signal_available", "signal=exit_records") == 1, "No exit records in this namespace.");
        await using Workload parent = await Workload.Start(scratch, Big, "--burst", "8", "--over", "8", "--each-mib", "1000");
        BurstTruth truth = await parent.BurstReport(TimeSpan.FromSeconds(60));
        double cpu = truth.CpuSeconds + (await parent.Report()).CpuSeconds;
        MetricsPage page = await exporter.PageWhere("8 exits", p => Exits(p, Big) >= 8, TimeSpan.FromSeconds(30));
        double ticks = page.Value("arsenal_ticks_total")!.Value;
        // What is missing is settled some ticks after their end.
        page = await exporter.PageWhere("8 more ticks", p => p.Value("arsenal_ticks_total") >= ticks + 8, TimeSpan.FromSeconds(60));
        output.WriteLine($"{cpu:F3} s by wait4 in {truth.Seconds:F1} s, {Cpu(page, Big):F3} s counted ({100 * (Cpu(page, Big) / cpu - 1):F2} %)");
        WriteDoubts(page);
        Assert.Equal(8, Exits(page, Big));
        // Times are told in whole clock ticks: the children's, and the parent's two.
        Assert.InRange(Cpu(page, Big), cpu * 0.99 - 0.03, cpu * 1.01);
    }

    /// <summary>What to look at if a figure is wrong.</summary>
    private void WriteDoubts(MetricsPage page)
    {
        foreach (string name in (string[])["arsenal_kernel_messages_lost_total", "arsenal_unattributed_cpu_seconds_total", "arsenal_exits_unaccounted_total", "arsenal_ticks_total"])
            output.WriteLine($"{name} {page.Value(name)}");
        foreach (Series signal in page.Where("arsenal_signal_available").Where(s => s.Value == 0)) output.WriteLine($"no {signal["signal"]}: {signal["reason"]}");
    }

    private async Task Check(ExporterProcess exporter, ExporterProcess ordinary, string group, Workload parent, BurstTruth truth, int count)
    {
        Assert.Equal(count, truth.All);
        double own = (await parent.Report()).CpuSeconds;
        MetricsPage page = await exporter.PageWhere($"{count} exits of {group}", p => Exits(p, group) >= count, TimeSpan.FromSeconds(90));
        AssertOutcomes(page, group, truth);
        double cpu = Cpu(page, group);
        output.WriteLine($"{group}: {truth.CpuSeconds + own:F3} s by wait4, {cpu:F3} s counted ({100 * (cpu / (truth.CpuSeconds + own) - 1):F2} %) in {truth.Seconds:F1} s");
        WriteDoubts(page);
        Assert.InRange(cpu, (truth.CpuSeconds + own) * 0.98, (truth.CpuSeconds + own) * 1.02);

        MetricsPage ordinaryPage = await ordinary.PageWhere("a page at all", _ => true);
        if (!Kernel.TellsEventsToAnyone)
        {
            Assert.Equal(0, ordinaryPage.Value("arsenal_signal_available", "signal=process_events"));
            return;
        }
        ordinaryPage = await ordinary.PageWhere($"{count} exits of {group} without privilege", p => Exits(p, group) >= count, TimeSpan.FromSeconds(90));
        AssertOutcomes(ordinaryPage, group, truth);
        Series missing = Assert.Single(ordinaryPage.Where("arsenal_signal_available"), s => s.Value == 0 && s["signal"] == "exit_records");
        Assert.Contains("CAP_NET_ADMIN", missing["reason"], StringComparison.Ordinal);
        Assert.True(ordinaryPage.Value("arsenal_exits_unaccounted_total") >= count, "What is missing must be counted.");
        Assert.True(
            ordinaryPage.Value("arsenal_unattributed_cpu_seconds_total") + ordinaryPage.Value("process_group_cpu_time_seconds_total", "group=" + group)
            >= truth.CpuSeconds * 0.95, "The CPU time of short-lived children must be said to be missing.");
        Assert.Null(ordinaryPage.Value("process_group_wait_seconds_total", "group=" + group));
        Assert.Null(ordinaryPage.Value("process_group_context_switches_total", "group=" + group));
    }

    private static double Cpu(MetricsPage page, string group) => page.Value("process_group_cpu_time_seconds_total", "group=" + group) ?? 0;

    private static double Exits(MetricsPage page, string group) => page.Value("process_group_exits_total", "group=" + group) ?? 0;

    private static void AssertOutcomes(MetricsPage page, string group, BurstTruth truth)
    {
        string label = "group=" + group;
        // The parent was started by exec, and may have been seen before it under the test host's group.
        Assert.InRange(page.Value("process_group_starts_total", label)!.Value, truth.All, truth.All + 1);
        Assert.Equal(truth.Success, page.Value("process_group_exits_total", label, "outcome=success"));
        Assert.Equal(truth.Failure, page.Value("process_group_exits_total", label, "outcome=failure"));
        Assert.Equal(truth.Signal, page.Value("process_group_exits_total", label, "outcome=signal"));
        Assert.Equal(0, page.Value("process_group_exits_total", label, "outcome=unknown"));
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
