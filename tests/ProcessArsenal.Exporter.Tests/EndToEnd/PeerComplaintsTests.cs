using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>
/// What users of process-exporter complain of, each shown not to be so here, in its own families by its own file. The numbers are those of its issues.
/// Shown elsewhere: CPU of a scrape (#219, #188, #201): benchmarks/RESULTS.md. States (#193, #266) against the real one: PeerPageTests. Context switches
/// against what threads did: WaitTests; CPU of short lives in our own families: ShortLivedTests. Containers (#90, #249): CgroupNamesTests, and the variables
/// {{.Container}} and {{.Unit}} of our own rules. Stalls by smaps (#246, #360): nothing of it is read in a tick. Network (#155, #262): not yet.
/// </summary>
[Collection(EndToEndTests.Name)]
[Trait("about", "process-exporter")]
public sealed class PeerComplaintsTests : IDisposable
{
    private const string Prefix = "namedprocess_namegroup_";
    private const string Reloads = "arsenal_config_reloads_total";
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    private Task<ExporterProcess> Start(string file, string more = "", string[]? prefix = null)
    {
        _scratch.Write("peer.yml", file);
        string groups = more.Contains("groups:", StringComparison.Ordinal) ? "" : "groups: { process_exporter_config: peer.yml }\n";
        return ExporterProcess.Start(_scratch, $"sampling: {{ interval: 300ms }}\ncompatibility: process-exporter\n{groups}{more}", prefix);
    }

    private static double? Value(MetricsPage page, string name, string group, params string[] labels) =>
        page.Value(Prefix + name, ["groupname=" + group, .. labels]);

    private static Func<MetricsPage, bool> Has(string group, double processes) => page => Value(page, "num_procs", group) == processes;

    private static string ByExecutable(params string[] names) =>
        "process_names:\n" + string.Concat(names.Select(name => $"  - {{ name: {name}, exe: [{name}] }}\n"));

    [Fact]
    [Trait("issue", "59")]
    [Trait("issue", "133")]
    [Trait("issue", "336")]
    public async Task A_group_that_never_started_is_0_and_not_absent()
    {
        await using ExporterProcess exporter = await Start(ByExecutable("e2e-never"));
        MetricsPage page = await exporter.Page();
        Assert.Equal(0, Value(page, "num_procs", "e2e-never"));
        Assert.Equal(0, Value(page, "cpu_seconds_total", "e2e-never", "mode=user"));
        Assert.Null(Value(page, "oldest_start_time_seconds", "e2e-never")); // theirs would be in the year 1
    }

    [Fact]
    [Trait("issue", "81")]
    [Trait("issue", "288")]
    [Trait("issue", "305")]
    public async Task A_process_that_became_another_program_or_came_later_is_found()
    {
        string next = _scratch.CopyProgram(Repository.Workload, "e2e-after");
        await using ExporterProcess exporter = await Start(ByExecutable("e2e-before", "e2e-after"));
        await using Workload workload = await Workload.Start(_scratch, "e2e-before");
        await exporter.PageWhere("the one that came later", Has("e2e-before", 1));
        await workload.Exec(next);
        MetricsPage page = await exporter.PageOfLaterTick();
        Assert.Equal(1, Value(page, "num_procs", "e2e-after"));
        Assert.Equal(0, Value(page, "num_procs", "e2e-before"));
    }

    [Fact]
    [Trait("issue", "193")]
    [Trait("issue", "266")]
    [Trait("issue", "287")]
    public async Task A_thread_that_ends_bends_no_counter_and_the_main_thread_counts_once()
    {
        await using ExporterProcess exporter = await Start(ByExecutable("e2e-workers"));
        await using Workload workload = await Workload.Start(_scratch, "e2e-workers", "--workers", "4");
        await exporter.PageWhere("its threads", page => Value(page, "thread_count", "e2e-workers", "threadname=worker-3") == 1);
        await Eventually.Every(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), () => Task.CompletedTask);
        MetricsPage before = await exporter.PageOfLaterTick();
        Assert.Equal(5, Value(before, "states", "e2e-workers"));
        Assert.Equal(5, Value(before, "num_threads", "e2e-workers"));
        Assert.True(Value(before, "context_switches_total", "e2e-workers", "ctxswitchtype=voluntary") > 100);

        await workload.Retire(3);
        MetricsPage after = await exporter.PageOfLaterTick();
        Assert.Equal(2, Value(after, "num_threads", "e2e-workers"));
        Assert.Equal(2, Value(after, "states", "e2e-workers"));
        Assert.Equal(0, Value(after, "thread_count", "e2e-workers", "threadname=worker-3"));
        foreach (Series was in before.All.Where(s => s.Name.StartsWith(Prefix, StringComparison.Ordinal) && s.Name.EndsWith("_total", StringComparison.Ordinal)))
        {
            double? now = after.Value(was.Name, [.. was.Labels.Select(label => $"{label.Key}={label.Value}")]);
            Assert.True(now >= was.Value, $"{was.Line} became {now}.");
        }
    }

    [Fact]
    [Trait("issue", "282")]
    [Trait("issue", "357")]
    public async Task A_group_whose_processes_ended_leaves()
    {
        await using ExporterProcess exporter = await Start(
            "process_names: [{ exe: [e2e-passing] }]\n", "groups: { process_exporter_config: peer.yml, linger: 2s }\n"); // the default name: not declared
        await using (await Workload.Start(_scratch, "e2e-passing", "--workers", "1"))
            await exporter.PageWhere("its group", Has("e2e-passing", 1));
        await exporter.PageWhere("its group without it", Has("e2e-passing", 0));
        MetricsPage page = await exporter.PageWhere("no group", page => Value(page, "num_procs", "e2e-passing") is null);
        Assert.DoesNotContain(page.All, s => s["groupname"] == "e2e-passing");
    }

    [Fact]
    [Trait("issue", "137")]
    [Trait("issue", "143")]
    [Trait("issue", "359")]
    public async Task What_an_ordinary_user_can_not_read_is_absent_and_not_0()
    {
        Assert.SkipUnless(Signals.IsRoot, "It takes a process of another user, which only root can start.");
        await using Workload foreign = await Workload.Start(_scratch, "e2e-foreign", "--workers", "1");
        await using ExporterProcess exporter = await Start(ByExecutable("e2e-foreign", "e2e-never"), prefix: Users.AsNobody);
        MetricsPage page = await exporter.PageOfLaterTick();
        Assert.Equal(1, Value(page, "num_procs", "e2e-foreign"));
        Assert.Null(Value(page, "read_bytes_total", "e2e-foreign"));
        Assert.Null(Value(page, "write_bytes_total", "e2e-foreign"));
        Assert.Null(Value(page, "thread_io_bytes_total", "e2e-foreign"));
        Assert.True(Value(page, "cpu_seconds_total", "e2e-foreign") >= 0);
        Assert.True(page.Value("namedprocess_scrape_partial_errors") > 0);
        Assert.Equal(0, Value(page, "read_bytes_total", "e2e-never"));
    }

    [Fact]
    [Trait("issue", "176")]
    [Trait("issue", "312")]
    public async Task Processes_can_be_excluded()
    {
        await using ExporterProcess exporter = await Start(
            "process_names: [{ name: all, exe: [e2e-wanted, e2e-unwanted] }]\n",
            "groups: { process_exporter_config: peer.yml, exclude: ['name = \"e2e-unwanted\"'] }\n");
        await using Workload wanted = await Workload.Start(_scratch, "e2e-wanted");
        await using Workload unwanted = await Workload.Start(_scratch, "e2e-unwanted");
        MetricsPage page = await exporter.PageOfLaterTick();
        Assert.Equal(1, Value(page, "num_procs", "all"));
        Assert.True(page.Value("arsenal_processes_excluded") >= 1);
    }

    [Fact]
    [Trait("issue", "311")]
    public async Task A_rule_may_give_labels_of_its_own_even_the_pid()
    {
        await using Workload workload = await Workload.Start(_scratch, "e2e-labelled", "--workers", "1");
        await using ExporterProcess exporter = await Start(
            "", "groups: { rules: [{ name: labelled, exe: [e2e-labelled], labels: { team: shop, process: '{{.PID}}' } }] }\n");
        MetricsPage page = await exporter.PageOfLaterTick();
        string process = $"process={workload.Pid}";
        Assert.Equal(1, Value(page, "num_procs", "labelled", "team=shop", process));
        Assert.Equal(1, Value(page, "thread_count", "labelled", "threadname=worker-0", "team=shop", process));
    }

    [Fact]
    [Trait("issue", "237")]
    public async Task Its_file_is_read_again_when_it_changes_and_a_broken_one_changes_nothing()
    {
        await using Workload workload = await Workload.Start(_scratch, "e2e-reloaded");
        await using ExporterProcess exporter = await Start("process_names: [{ name: before, exe: [e2e-reloaded] }]\n");
        await exporter.PageWhere("the first grouping", Has("before", 1));

        _scratch.Write("peer.yml", "process_names: [{ name: afterwards, exe: [e2e-reloaded] }]\n");
        await exporter.PageWhere("the second grouping", Has("afterwards", 1)); // nobody sent a signal

        _scratch.Write("peer.yml", "process_names:\n  - name: never\n");
        await exporter.PageWhere("the failure is counted", page => page.Value(Reloads, "outcome=failure") >= 1);
        Assert.Equal(1, Value(await exporter.PageOfLaterTick(), "num_procs", "afterwards"));
        Assert.Contains("peer.yml:2:5: 'process_names[0]' selects nothing", exporter.Log, StringComparison.Ordinal);

        _scratch.Write("peer.yml", "process_names: [{ name: repaired, exe: [e2e-reloaded] }]\n");
        await exporter.PageWhere("the repaired grouping", Has("repaired", 1));
    }

    [Fact]
    [Trait("issue", "163")]
    [Trait("issue", "245")]
    public async Task The_busiest_have_series_of_their_own()
    {
        await using ExporterProcess exporter = await Start(ByExecutable("e2e-busy", "e2e-idle"), "per_process: { top: 3 }\n");
        await using Workload idle = await Workload.Start(_scratch, "e2e-idle");
        await using Workload busy = await Workload.Start(_scratch, "e2e-busy");
        Task burning = busy.BurnCpu(4000);
        MetricsPage page = await exporter.PageWhere("the busy one", page => page.Value("process_info", "group=e2e-busy") == 1);
        Assert.True(page.Value("process_cpu_time_seconds_total", "group=e2e-busy") > 0);
        Assert.Null(page.Value("process_info", "group=e2e-idle"));
        await burning;
    }

    [Fact]
    public async Task The_last_CPU_of_a_process_and_that_of_one_between_two_samples_is_in_its_group()
    {
        await using ExporterProcess exporter = await Start("process_names: [{ name: burst, comm: [e2e-burst] }]\n");
        Assert.SkipUnless(
            (await exporter.Page()).Value("arsenal_signal_available", "signal=exit_records") == 1, "Exit records of taskstats take CAP_NET_ADMIN.");
        await using Workload burst = await Workload.Start(_scratch, "e2e-burst", "--burst", "60", "--over", "2");
        BurstTruth truth = await burst.BurstReport(TimeSpan.FromSeconds(30));
        // What their exit records lack is settled by their parent's child times, some ticks later.
        double least = truth.CpuSeconds * 0.98;
        _ = await exporter.PageWhere($"{least} s", page => Value(page, "cpu_seconds_total", "burst") >= least, TimeSpan.FromSeconds(30));
        MetricsPage page = await exporter.PageOfLaterTick();
        Assert.InRange(Value(page, "cpu_seconds_total", "burst")!.Value, least, (truth.CpuSeconds * 1.02) + 0.1);
    }
}
