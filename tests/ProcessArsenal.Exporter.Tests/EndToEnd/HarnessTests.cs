using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>A measuring rod is measured too: these need no exporter.</summary>
[Collection(EndToEndTests.Name)]
public sealed class HarnessTests
{
    [Theory]
    [InlineData("# TYPE a gauge\na 1\na 1\n")]
    [InlineData("# TYPE a gauge\na{x=\"1\"} 1\na{x=\"1\"} 2\n")]
    [InlineData("# TYPE a gauge\n# TYPE b gauge\na 1\n")]
    [InlineData("# TYPE a gauge\na{x=\"\\q\"} 1\n")]
    [InlineData("# TYPE a gauge\na{x=\"1\" 1\n")]
    [InlineData("# TYPE a gauge\na one\n")]
    [InlineData("# TYPE a gauge\na 1 1700000000000\n")]
    [InlineData("# TYPE a gauge\na 1")]
    [InlineData("a 1\n")]
    public void A_page_with_a_fault_is_refused(string page) => Assert.Throws<FormatException>(() => MetricsPage.Parse(page));

    [Fact]
    public void A_page_is_read_with_its_escapes()
    {
        MetricsPage page = MetricsPage.Parse("# HELP a A.\n# TYPE a gauge\na{x=\"q\\\"b\\\\n\\nz}\",y=\"\"} 2.5\na{x=\"2\"} 1e3\n");
        Assert.Equal("q\"b\\n\nz}", page.All[0]["x"]);
        Assert.Equal(1002.5, page.Value("a"));
        Assert.Null(page.Value("a", "x=3"));
        Assert.Equal("gauge", page.Types["a"]);
    }

    [Fact]
    public async Task The_other_judges_find_faults_too()
    {
        IReadOnlyDictionary<string, string> good = await PageChecks.OpenMetricsFamilies(
            "# TYPE a counter\n# HELP a A.\na_total 1.0\n# TYPE b gauge\nb{x=\"\\n\"} 1.0\n# EOF\n");
        Assert.Equal("counter", good["a_total"]);
        Assert.Equal("gauge", good["b"]);
        await Assert.ThrowsAnyAsync<Exception>(() => PageChecks.OpenMetricsFamilies("# TYPE a counter\na 1.0\n# EOF\n"));
        Assert.Empty(await PageChecks.PromtoolRemarks("# HELP a A.\n# TYPE a gauge\na 1\n"));
        Assert.Single(await PageChecks.PromtoolRemarks("# HELP a_count A.\n# TYPE a_count gauge\na_count 1\n"));
        await Assert.ThrowsAnyAsync<Exception>(() => PageChecks.PromtoolRemarks("a{ 1\n"));
    }

    [Fact]
    public async Task A_workload_does_what_it_says()
    {
        using Scratch scratch = new();
        await using Workload fleet = await Workload.Start(
            scratch, "e2e-self", "--fleet", "--cpu-ms", "30", "--threads", "4", "--fds", "25", "--rss-mib", "2");
        await fleet.Spawn(5);
        Truth truth = await fleet.Report();
        Assert.Equal(6, truth.Processes);
        Assert.Equal(21, truth.Threads);
        Assert.InRange(truth.Fds, (5 * 25) + 4, (5 * 25) + 16);
        Assert.InRange(truth.CpuSeconds, 0.15, 1);
        Assert.Equal(5, Children(fleet.Pid));
        await fleet.Exit(2, 3);
        await fleet.Kill(1, Signals.Kill);
        Assert.Equal(2, Children(fleet.Pid));
        Assert.Equal(0, await fleet.ExitCode());
    }

    [Theory]
    [InlineData("--exit-code", "7", 7)]
    [InlineData("--kill-self", "15", 128 + 15)]
    public async Task A_workload_ends_as_it_is_told(string option, string value, int exitCode)
    {
        using Scratch scratch = new();
        await using Workload workload = await Workload.Start(scratch, "e2e-self", option, value);
        Assert.Equal(exitCode, await workload.ExitCode());
    }

    [Fact]
    public async Task Churn_accounts_for_each_child()
    {
        using Scratch scratch = new();
        await using Workload churn = await Workload.Start(
            scratch, "e2e-self", "--churn", "50", "--seconds", "2", "--long-every", "5", "--long-ms", "200");
        ChurnTruth truth = await churn.ChurnReport(TimeSpan.FromSeconds(20));
        Assert.Equal(100, truth.Started);
        Assert.Equal(20, truth.Long.All);
        Assert.Equal(80, truth.Short.All);
        Assert.True(truth.Long is { Success: > 0, Failure: > 0, Signal: > 0 });
    }

    private static int Children(int pid) =>
        File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
}
