using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>What is shared is counted once, and what is not is told apart: against sizes that the processes were given.</summary>
[Collection(EndToEndTests.Name)]
public sealed class ProportionalMemoryTests
{
    private const double Mebibyte = 1 << 20;

    [Fact]
    public async Task Shared_memory_is_counted_once_in_proportional_and_not_at_all_in_unique_memory()
    {
        const int copies = 3, shared = 48, own = 16;
        using Scratch scratch = new();
        await using Workload fleet = await Workload.Start(scratch, "e2e-shared", "--fleet", "--shared-mib", $"{shared}", "--rss-mib", $"{own}");
        await fleet.Spawn(copies);
        // Before the exporter begins: what others come to share later is seen after ten minutes only.
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configurations.GroupsByExecutable("500ms", "e2e-shared"));
        MetricsPage page = await exporter.PageWhere("the proportional memory of the fleet", page => Value(page, "proportional") is not null);
        Assert.Equal(copies + 1, page.Value("process_group_processes", "group=e2e-shared"));
        // Beside it there are the program and the C library: some hundred KiB each, mostly shared.
        Assert.InRange(Value(page, "proportional")!.Value, shared + copies * own, shared + copies * own + 3.0 * (copies + 1));
        Assert.InRange(Value(page, "unique")!.Value, copies * own, copies * own + 2.0 * (copies + 1));
        Assert.True(Value(page, "usage") >= (copies + 1) * shared + copies * own);
    }

    [Fact]
    public async Task Without_privileges_it_is_told_of_own_processes_and_absent_for_those_of_others()
    {
        Assert.SkipUnless(Signals.IsRoot, "It takes a process of another user, which only root can start.");
        using Scratch scratch = new();
        await using Workload foreign = await Workload.Start(scratch, "e2e-foreign");
        await using Workload own = await Workload.StartAsNobody(scratch, "e2e-own", "--rss-mib", "8");
        await using ExporterProcess exporter = await ExporterProcess.Start(
            scratch, Configurations.GroupsByExecutable("500ms", "e2e-own", "e2e-foreign"), Users.AsNobody);
        MetricsPage page = await exporter.PageWhere("the proportional memory of its own process",
            page => page.Value("process_group_memory_proportional_bytes", "group=e2e-own") is not null
                && page.Value("arsenal_signal_available", "signal=proportional_memory") == 0);
        Assert.InRange(page.Value("process_group_memory_unique_bytes", "group=e2e-own")!.Value, 8 * Mebibyte, 12 * Mebibyte);
        Assert.Null(page.Value("process_group_memory_proportional_bytes", "group=e2e-foreign"));
        Series missing = Assert.Single(page.Where("arsenal_signal_available"), s => s.Value == 0 && s["signal"] == "proportional_memory");
        Assert.Contains("CAP_SYS_PTRACE", missing["reason"], StringComparison.Ordinal);
    }

    private static double? Value(MetricsPage page, string kind) => page.Value($"process_group_memory_{kind}_bytes", "group=e2e-shared") / Mebibyte;
}
