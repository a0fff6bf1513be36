using System.Text.RegularExpressions;
using ProcessArsenal.Dashboards;
using ProcessArsenal.Exporter.Linting;
using ProcessArsenal.Exporter.Linting.PromQl;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Exporter.Tests.Kit;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Kit;

/// <summary>Every query of every panel and of every alert, in a real Prometheus, of our real page.</summary>
public sealed partial class KitQueriesTests(KitScene scene) : IClassFixture<KitScene>
{
    /// <summary>Known after minutes only: make kit waits for them.</summary>
    private static readonly string[] Slow = ["process_memory_trend_bytes_per_second", "process_outlier"];

    /// <summary>What no scene of ours brings about: there is the metric, and of other series it has data.</summary>
    private static readonly string[] Rare = ["""outcome="failed" """, "arsenal_otlp_dropped_total"];

    /// <summary>Of a host that does not count these waits: sysctl kernel.task_delayacct.</summary>
    private static readonly string[] Uncounted = File.Exists("/proc/sys/kernel/task_delayacct") && File.ReadAllText("/proc/sys/kernel/task_delayacct").Trim() == "1" ? [] : ["""reason="block_io" """];

    [GeneratedRegex("""^label_values\((?<series>.+), (?<label>\w+)\)$""")]
    private static partial Regex LabelValues { get; }

    [Fact]
    public async Task Every_panel_has_data()
    {
        var queries = from board in Boards.All
                      from row in board.Rows
                      from panel in row.Panels
                      from query in panel.Queries
                      where !Uncounted.Any(wait => query.Expression.Contains(wait.Trim(), StringComparison.Ordinal))
                      where KitScene.Minutes >= 6 || !Slow.Any(slow => query.Expression.Contains(slow, StringComparison.Ordinal))
                      select ($"{board.Title}: {panel.Title}", Meant(query.Expression));
        var all = queries.ToList();
        Assert.True(all.Count > 80);
        await HaveData(all);
    }

    /// <summary>docs/metrics.md is of the same names.</summary>
    [Fact]
    public async Task Every_family_of_our_own_on_the_page_is_known() => Assert.All(
        (await scene.Exporter.Page()).Types.Keys.Where(name => MetricNames.MustBeOurs(name) || name.StartsWith("process_", StringComparison.Ordinal)), name => Assert.True(MetricNames.IsOurs(name), name));

    [Fact]
    public async Task Every_variable_has_values()
    {
        foreach (Variable variable in Boards.All.SelectMany(board => board.Variables))
        {
            Match match = LabelValues.Match(variable.Definition);
            Assert.True(match.Success, variable.Definition);
            Assert.Contains(await scene.Prometheus.Query(Meant(match.Groups["series"].Value)), series => series[match.Groups["label"].Value] is { Length: > 0 });
        }
    }

    [Fact]
    public async Task Every_series_that_an_alert_asks_for_is_there()
    {
        var asked = from alert in AlertFiles.Alerts
                    from selector in Selectors(PromParser.Parse(alert.Expression), alert.Expression)
                    where KitScene.Minutes >= 6 || !Slow.Contains(selector.Name)
                    where !Rare.Any(rare => selector.Text.Contains(rare.Trim(), StringComparison.Ordinal))
                    select (alert.Name, selector.Text);
        await HaveData([.. asked.Distinct()]);
    }

    [Fact]
    public async Task Prometheus_judges_every_alert_without_an_error_and_some_of_them_fire()
    {
        await Eventually.True("all alerts were judged", async () => await scene.Prometheus.Rules() is ( > 30, { Length: 0 }));
        Assert.Equal((AlertFiles.Alerts.Length, 0), await scene.Prometheus.Rules() is var (good, bad) ? (good, bad.Length) : default);
        await Eventually.True("the supervisor that gave up is told", async () => await scene.Prometheus.Value("""ALERTS{alertname="SupervisorLatched",alertstate="firing",supervisor="broken"}""") == 1);
        Series down = Assert.Single(await scene.Prometheus.Query("""ALERTS{alertname="ProcessGroupDown",severity="critical"}"""));
        Assert.Equal("e2e-gone", down["group"]);
    }

    /// <summary>What the linter says of labels is what Prometheus does with them.</summary>
    [Theory]
    [InlineData("sum by (instance, group) (process_group_processes)")]
    [InlineData("sum without (state, group) (process_group_states)")]
    [InlineData("sum(process_group_processes)")]
    [InlineData("topk(3, process_memory_usage_bytes)")]
    [InlineData("count_values(\"group\", process_thread_count)")]
    [InlineData("absent(process_group_no_such{group=\"a\",instance=~\"b\"})")]
    [InlineData("process_memory_usage_bytes / on (identity) process_memory_virtual_bytes")]
    [InlineData("process_memory_usage_bytes > on (identity) (process_memory_virtual_bytes * 0)")]
    [InlineData("process_memory_usage_bytes / ignoring (pid) process_memory_virtual_bytes")]
    [InlineData("process_memory_usage_bytes / on (instance) group_left () sum by (instance) (process_memory_usage_bytes)")]
    [InlineData("sum by (instance) (process_memory_usage_bytes) * on (instance) group_right () process_memory_usage_bytes")]
    [InlineData("process_memory_usage_bytes and on (instance) process_controller_paused >= 0")]
    [InlineData("process_controller_paused * on (instance) group_right (unit) process_info")]
    [InlineData("label_replace(sum by (instance) (process_group_processes), \"group\", \"x\", \"\", \"\")")]
    [InlineData("label_replace(process_group_processes{group=\"e2e-gone\"}, \"group\", \"\", \"\", \"\")")]
    [InlineData("histogram_quantile(0.9, sum by (le, pid) (arsenal_scrape_duration_seconds_bucket))")]
    [InlineData("vector(1)")]
    [InlineData("day_of_week()")]
    [InlineData("-process_group_processes ^ 2")]
    [InlineData("5 > bool process_group_processes")]
    [InlineData("max_over_time(process_group_processes[30s:5s])")]
    [InlineData("process_supervisor_children")]
    public async Task Labels_are_as_the_linter_says(string query)
    {
        LabelSet said = Assert.Single(LabelFlow.Of(PromParser.Parse(query)));
        IReadOnlyList<Series> found = await Eventually.Get(query, async () => await scene.Prometheus.Query(query) is { Count: > 0 } some ? some : null);
        foreach (string label in (string[])["identity", "group", "pid", "instance"])
        {
            if (said[label].Has == Has.Unknown) continue;
            Assert.All(found, series => Assert.True(said[label].Has == Has.Yes == (series.Labels.GetValueOrDefault(label, "").Length > 0), $"{label}: {said[label].Has}, and {series.Line}"));
        }
    }

    private static string Meant(string expression) => expression
        .Replace("$__rate_interval", "15s", StringComparison.Ordinal).Replace("$__range", "1m", StringComparison.Ordinal)
        .Replace("$instance", ".*", StringComparison.Ordinal).Replace("$group", ".*", StringComparison.Ordinal).Replace("$identity", ".*", StringComparison.Ordinal);

    private async Task HaveData(IReadOnlyCollection<(string Where, string Query)> queries)
    {
        List<(string Where, string Query)> empty = [.. queries];
        await Eventually.True(
            "every query has data",
            async () =>
            {
                // Prometheus says what is wrong with one by failing the test.
                List<(string, string)> still = [];
                foreach ((string where, string query) in empty) if ((await scene.Prometheus.Query(query)).Count == 0) still.Add((where, query));
                empty = still;
                return empty.Count == 0;
            },
            () => string.Join('\n', empty.Select(one => $"{one.Where}: {one.Query}")), TimeSpan.FromSeconds(90));
    }

    /// <summary>The series of an expression, as they are written in it.</summary>
    private static IEnumerable<(string? Name, string Text)> Selectors(PromNode node, string text) => node is PromSelector selector
        ? [(selector.Name, text[selector.Start..EndOf(selector, text)])]
        : RuleLinter.PartsOf(node).SelectMany(part => Selectors(part, text));

    private static int EndOf(PromSelector selector, string text)
    {
        int end = selector.Start + selector.Name!.Length;
        return end < text.Length && text[end] == '{' ? text.IndexOf('}', end) + 1 : end;
    }
}
