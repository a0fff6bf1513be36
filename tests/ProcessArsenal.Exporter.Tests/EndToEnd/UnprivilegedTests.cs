using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>What can't be read is absent and has a reason; never 0. Run by root the exporter runs as nobody here, else as it is.</summary>
[Collection(EndToEndTests.Name)]
public sealed class UnprivilegedTests
{
    private static readonly string[] Io = ["process_group_disk_io_bytes_total"];

    [Fact]
    public async Task An_ordinary_user_sees_the_io_of_its_own_processes_and_no_zeros_for_the_others()
    {
        using Scratch scratch = new();
        string folder = scratch.MakeFolderForAll("output");
        await using Workload foreign = await Workload.Start(scratch, "e2e-foreign", "--rss-mib", "4", "--fds", "20");
        await using ExporterProcess exporter = await ExporterProcess.Start(
            scratch, Configurations.GroupsByExecutable("1s", "e2e-own", "e2e-foreign", "e2e-nobody-there"), Users.AsNobody);
        await using Workload own = await Workload.StartAsNobody(
            scratch, "e2e-own", "--write-mib", "1", "--file", Path.Combine(folder, "w"), "--fds", "30");
        Truth truth = await own.Report();
        MetricsPage page = await exporter.PageOfLaterTick();

        Assert.InRange(page.Value(Io[0], "group=e2e-own", "disk_io_direction=write")!.Value, truth.WriteBytes, truth.WriteBytes + 65536);
        Assert.Equal(30, page.Value("process_group_file_descriptors", "group=e2e-own"));
        Assert.Equal(1, page.Value("process_group_processes", "group=e2e-foreign"));
        Assert.True(page.Value("process_group_memory_usage_bytes", "group=e2e-foreign") > 4 << 20);
        Assert.True(page.Value("process_group_cpu_time_seconds_total", "group=e2e-foreign") >= 0);
        Assert.Equal(0, page.Value("process_group_processes", "group=e2e-nobody-there")); // declared: 0 is what is known here
        Assert.SkipUnless(Signals.IsRoot, "The rest takes a process of another user, which only root can start.");
        Assert.Null(page.Value(Io[0], "group=e2e-foreign"));
        Series missing = Assert.Single(page.Where("arsenal_signal_available"), s => s.Value == 0 && s["signal"] == "disk_io");
        Assert.Contains("CAP_SYS_PTRACE", missing["reason"], Ordinal);
        Assert.Contains("CAP_SYS_PTRACE", exporter.Log, Ordinal); // said once, where the administrator looks first
    }

    [Fact]
    public async Task An_ordinary_user_is_told_of_foreign_groups_by_absence()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "sampling: { interval: 1s }\n", Users.AsNobody);
        MetricsPage page = await exporter.PageOfLaterTick();
        // Kernel threads belong to root: their io can't be read, so there is no series, while they themselves are there.
        Assert.True(page.Value("process_group_processes", "group=kernel") is null or > 0);
        Assert.Null(page.Value(Io[0], "group=kernel"));
        Assert.True(page.Value("system_process_count") > 1);
    }

    [Fact]
    public async Task Behind_hidepid_only_own_processes_are_there_and_the_page_says_why()
    {
        Assert.SkipUnless(Signals.IsRoot, "Mounting a /proc with hidepid in a namespace of its own needs root.");
        Assert.SkipUnless(Kernel.HasProcInstances, "Before Linux 5.8 the mount would hide the processes of the whole machine.");
        string[] mounts = Kernel.ProcMounts();
        using Scratch scratch = new();
        await using Workload foreign = await Workload.Start(scratch, "e2e-foreign");
        await using ExporterProcess exporter = await ExporterProcess.Start(
            scratch, Configurations.GroupsByExecutable("1s", "e2e-foreign", "process-arsenal"), Users.AsNobodyWithHiddenProcesses);
        MetricsPage page = await exporter.PageOfLaterTick();
        Assert.Equal(1, page.Value("process_group_processes", "group=process-arsenal"));
        Assert.True(page.Value("process_group_memory_usage_bytes", "group=process-arsenal") > 0);
        Assert.Contains(
            page.Where("arsenal_signal_available"), s => s.Value == 0 && s["reason"]!.Contains("hidepid", Ordinal));
        Assert.Contains("hidepid", exporter.Log, Ordinal);
        Assert.Equal(mounts, Kernel.ProcMounts()); // the machine's own /proc is as it was
    }

    [Fact]
    public async Task Root_reads_the_io_of_others_and_the_page_says_whether_that_is_so_for_all()
    {
        Assert.SkipUnless(Signals.IsRoot, "This one is about root; the others are about ordinary users.");
        using Scratch scratch = new();
        await using Workload foreign = await Workload.StartAsNobody(scratch, "e2e-foreign");
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configurations.GroupsByExecutable("1s", "e2e-foreign"));
        MetricsPage page = await exporter.PageOfLaterTick();
        Assert.NotNull(page.Value(Io[0], "group=e2e-foreign"));
        // Even root may be refused: by a process with a capability that root here lacks, as in a container or on a hardened host.
        Assert.Equal(Kernel.AllIoIsReadable() ? 1 : 0, page.Value("arsenal_signal_available", "signal=disk_io"));
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;
}
