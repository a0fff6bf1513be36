using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>A process that becomes another program is the same process under another name.</summary>
[Collection(EndToEndTests.Name)]
public sealed class ExecTests
{
    [Fact]
    public async Task Exec_changes_name_and_group_at_the_next_tick_and_what_was_used_before_stays_where_it_was()
    {
        using Scratch scratch = new();
        string next = scratch.CopyProgram(Repository.Workload, "e2e-after");
        await using ExporterProcess exporter = await ExporterProcess.Start(
            scratch, Configurations.WatchedByExecutable("500ms", "e2e-before", "e2e-after"));
        await using Workload workload = await Workload.Start(scratch, "e2e-before");
        await workload.BurnCpu(400);
        MetricsPage before = await exporter.PageWhere("the CPU of the first program", page => Cpu(page, "e2e-before") >= 0.35);
        Series first = Assert.Single(before.Where("process_info", "group=e2e-before"));

        await workload.Exec(next);
        await workload.BurnCpu(200);
        MetricsPage after = await exporter.PageOfLaterTick();
        Series second = Assert.Single(after.Where("process_info", "group=e2e-after"));
        Assert.Equal(first["identity"], second["identity"]);
        Assert.Equal("e2e-after", Path.GetFileName(second["executable"]));
        Assert.Equal(0, after.Value("process_group_processes", "group=e2e-before"));
        Assert.Equal(1, after.Value("process_group_processes", "group=e2e-after"));
        Assert.Empty(after.Where("process_info", "group=e2e-before"));

        // Each group keeps what was used in its time: 10 ms ticks, and a tick's worth of work on either side of the exec.
        Assert.True(Cpu(after, "e2e-before") >= Cpu(before, "e2e-before"));
        Assert.InRange(Cpu(after, "e2e-after")!.Value, 0.15, 0.3);
        // It has neither ended nor begun: nothing died here.
        Assert.Equal(0, after.Value("process_group_exits_total", "group=e2e-before"));
    }

    private static double? Cpu(MetricsPage page, string group) => page.Value("process_group_cpu_time_seconds_total", "group=" + group);
}
