using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>Ends that are easily misread (tests/workload/odd.c): the outcome is that of the process, and no CPU time is counted twice.</summary>
[Collection(EndToEndTests.Name)]
public sealed class OddEndsTests(ITestOutputHelper output)
{
    private const string Threads = "e2e-odd-threads";
    private const string Reaper = "e2e-odd-reaper";
    private const string Orphans = "e2e-odd-orphan";
    private const int OrphanMilliseconds = 1500;

    [Fact]
    public async Task The_outcome_is_that_of_the_process_whichever_thread_made_it()
    {
        using Scratch scratch = new();
        using Scratch other = new();
        string configuration = Configurations.GroupsByExecutable("1s", Threads);
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, configuration);
        await using ExporterProcess ordinary = await ExporterProcess.Start(other, configuration, Users.AsNobody);
        Assert.SkipUnless((await exporter.Page()).Value("arsenal_signal_available", "signal=exit_records") == 1, "No exit records here.");
        await using Workload workload = await Workload.Start(scratch, Threads);
        const int each = 10;
        for (int i = 0; i < each; i++)
        {
            await workload.ThreadExecutes(exitCode: 3);
            await workload.MainThreadLeaves(exitCode: 7);
        }
        foreach (ExporterProcess watcher in (ExporterProcess[])(Kernel.TellsEventsToAnyone ? [exporter, ordinary] : [exporter]))
        {
            MetricsPage page = await watcher.PageWhere($"{2 * each} exits", p => Exits(p, Threads) >= 2 * each, TimeSpan.FromSeconds(60));
            Assert.Equal(2 * each, page.Value("process_group_exits_total", "group=" + Threads, "outcome=failure"));
            Assert.Equal(2 * each, Exits(page, Threads));
        }
    }

    /// <summary>The reaper's child times hold the orphans too, which are in the accounts of their own group already.</summary>
    [Fact]
    public async Task What_an_orphan_used_is_counted_once()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configurations.GroupsByExecutable("1s", Reaper, Orphans));
        Assert.SkipUnless((await exporter.Page()).Value("arsenal_signal_available", "signal=exit_records") == 1, "No exit records here.");
        double unattributed = (await exporter.Page()).Value("arsenal_unattributed_cpu_seconds_total")!.Value;
        await using Workload reaper = await Workload.Start(scratch, Reaper);
        string orphan = scratch.CopyProgram(Repository.Workload, Orphans);
        const int each = 3;
        for (int i = 0; i < each; i++)
        {
            await reaper.Orphan(orphan, OrphanMilliseconds);
            await reaper.Brief(20);
        }
        MetricsPage page = await exporter.PageWhere("all exits", p => Exits(p, Orphans) >= each && Exits(p, Reaper) >= each * 21, TimeSpan.FromSeconds(60));
        // What is missing is settled some ticks later.
        double tick = page.Value("arsenal_ticks_total")!.Value;
        page = await exporter.PageWhere("six more ticks", p => p.Value("arsenal_ticks_total") >= tick + 6, TimeSpan.FromSeconds(60));
        double own = (await reaper.Report()).CpuSeconds;
        output.WriteLine($"reaper {Cpu(page, Reaper):F3} s, of which its own {own:F3} s; orphans {Cpu(page, Orphans):F3} s");
        Assert.InRange(Cpu(page, Orphans), each * OrphanMilliseconds / 1000.0 * 0.95, each * OrphanMilliseconds / 1000.0 * 1.1);
        Assert.InRange(Cpu(page, Reaper), 0, own + 0.5); // Sixty children that do nothing.
        Assert.Equal(0, page.Value("arsenal_unattributed_cpu_seconds_total")!.Value - unattributed);
    }

    private static double Exits(MetricsPage page, string group) => page.Value("process_group_exits_total", "group=" + group) ?? 0;

    private static double Cpu(MetricsPage page, string group) => page.Value("process_group_cpu_time_seconds_total", "group=" + group) ?? 0;
}
