using System.Text;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>What any unprivileged user can do to be a nuisance: names, command lines, threads, haste.</summary>
public sealed class HostileProcessTests(ITestOutputHelper output)
{
    private const string ByOwnName = """
        sampling: { interval: 1s }
        groups:
          rules:
            - { name: "hostile {{.Comm}}", exe: [e2e-hostile] }
        watch: [ 'exe = "e2e-hostile" or group ~ "^hostile"' ]
        """;

    /// <summary>At most 15 bytes each, as the kernel allows.</summary>
    public static TheoryData<string, string> Names => new()
    {
        { Hex("a) S 1 (b"), "hostile a) S 1 (b" },
        { Hex("line\nbreak"), "hostile line\nbreak" },
        { Hex("\"quo\\te\"}"), "hostile \"quo\\te\"}" },
        { Hex("naïve ✓"), "hostile naïve ✓" },
        { Hex(" x 1\n# EOF\n"), "hostile  x 1\n# EOF\n" },
        { Hex("\e[2J\e]0;a\a\r"), "hostile ␛[2J␛]0;a␇␍" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_hostile_name_is_shown_and_breaks_no_reader(string hexName, string group)
    {
        using Scratch scratch = new();
        await using Workload hostile = await Workload.Start(scratch, "e2e-hostile", "--swap-name", hexName);
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, ByOwnName);
        MetricsPage page = await exporter.PageOfLaterTick();
        Assert.True(page.Value("process_group_processes", "group=" + group) == 1, page.Only("process_group_processes"));
        Assert.Single(page.Where("process_info", "group=" + group));
        Assert.DoesNotContain(await exporter.Text(), c => char.IsControl(c) && c != '\n');
        await AllReadersAccept(exporter);
    }

    [Theory]
    [InlineData("ff41fe42")]
    [InlineData("c3")]
    [InlineData("eda080 41")]
    [InlineData("1b5b33316d01")]
    [InlineData("f09f9880f09f9880f09f98")] // a character cut in two by the kernel's 15 bytes
    public async Task A_name_that_is_not_text_becomes_valid_text(string hexName)
    {
        using Scratch scratch = new();
        await using Workload hostile = await Workload.Start(
            scratch, "e2e-hostile", "--swap-name", hexName.Replace(" ", "", StringComparison.Ordinal));
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, ByOwnName);
        MetricsPage page = await exporter.PageOfLaterTick(); // reading it checks that the page is valid UTF-8
        Series[] groups = page.Where("process_group_processes")
            .Where(s => s["group"]!.StartsWith("hostile", StringComparison.Ordinal)).ToArray();
        Assert.Equal(1, Assert.Single(groups).Value);
        await AllReadersAccept(exporter);
    }

    [Fact]
    public async Task A_new_name_is_seen_at_the_next_tick_under_the_same_identity()
    {
        using Scratch scratch = new();
        await using Workload hostile = await Workload.Start(scratch, "e2e-hostile", "--name", "first");
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, ByOwnName);
        MetricsPage before = await exporter.PageWhere("the first name", p => p.Value("process_info", "group=hostile first") == 1);
        await hostile.Rename("second"u8.ToArray());
        MetricsPage after = await exporter.PageOfLaterTick();
        Series renamed = Assert.Single(after.Where("process_info", "group=hostile second"));
        Assert.Equal(before.Where("process_info", "group=hostile first").Single()["identity"], renamed["identity"]);
        Assert.Null(after.Value("process_info", "group=hostile first"));
    }

    [Fact]
    public async Task A_command_line_of_4_MB_is_cut_and_not_swallowed_whole()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, """
            sampling: { interval: 1s }
            dotnet: { attach: none } # Programs of other tests come and go.
            groups:
              rules:
                - { name: long-winded, cmdline: ['--was-argv-bytes'] }
            watch: [ 'cmdline ~ "p+$"' ]
            """);
        for (int tick = 0; tick < 3; tick++) await exporter.PageOfLaterTick(); // What each page and tick runs for the first time has been.
        long before = Kernel.OwnBytes(exporter.Pid);
        await using Workload first = await Workload.Start(scratch, "e2e-hostile", "--argv-bytes", "4000000");
        await using Workload second = await Workload.Start(scratch, "e2e-hostile", "--argv-bytes", "4000000");
        Assert.True(File.ReadAllBytes($"/proc/{first.Pid}/cmdline").Length > 4_000_000);
        await exporter.PageWhere("both", page => page.Value("process_group_processes", "group=long-winded") == 2);
        await exporter.PageOfLaterTick();
        long more = Kernel.OwnBytes(exporter.Pid) - before;
        Assert.True(more < 4 << 20, $"The exporter keeps the command lines whole: {more} bytes more than before.");
        Assert.DoesNotContain("pppppppppppppppp", await exporter.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_thousand_threads_are_counted()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configurations.GroupsByExecutable("1s", "e2e-threads"));
        await using Workload crowd = await Workload.Start(scratch, "e2e-threads", "--threads", "10000");
        long threads = (await crowd.Report()).Threads;
        output.WriteLine($"This machine allows {threads} threads.");
        Assert.True(threads > 500, $"This machine allows {threads} threads only: too few for this test.");
        MetricsPage page = await exporter.PageOfLaterTick();
        Assert.Equal(threads, page.Value("process_group_threads", "group=e2e-threads"));
        Assert.Equal(1, page.Value("process_group_processes", "group=e2e-threads"));
    }

    [Fact]
    public async Task Processes_that_vanish_while_they_are_read_are_no_error()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configurations.WatchedByExecutable("100ms", "e2e-churn"));
        await using Workload churn = await Workload.Start(scratch, "e2e-churn", "--churn", "400", "--seconds", "8", "--long-every", "1000");
        MetricsPage last = await exporter.Page();
        await Eventually.Every(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(7), async () => last = await exporter.Page());
        Assert.True(last.Ticks > 30);
        Assert.DoesNotContain("xception", exporter.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zombie_is_defunct_and_has_no_memory_that_is_zero_by_mistake()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configurations.GroupsByExecutable("1s", "e2e-zombie"));
        double before = (await exporter.Page()).Value("system_process_count", "process_state=defunct") ?? 0;
        await using Workload zombie = await Workload.Start(scratch, "e2e-zombie", "--zombie");
        MetricsPage page = await exporter.PageWhere(
            "one more defunct process", p => p.Value("system_process_count", "process_state=defunct") >= before + 1);
        Assert.True(page.Value("process_group_memory_usage_bytes", "group=e2e-zombie") > 0);
    }

    private static async Task AllReadersAccept(ExporterProcess exporter)
    {
        await PageChecks.PromtoolRemarks(await exporter.Text());
        await PageChecks.OpenMetricsFamilies(await exporter.OpenMetrics());
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));
}
