using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Linting;

namespace ProcessArsenal.Exporter.Tests.Linting;

public sealed class RuleLinterTests
{
    [Theory]
    // Ours, as they are.
    [InlineData("process_group_memory_usage_bytes > 1e9", "")]
    [InlineData("process_memory_usage_bytes > 1e9", "")]
    [InlineData("dotnet_thread_pool_queue_length > 5000", "")]
    [InlineData("process_info{unit=\"a.service\"}", "")]
    // Aggregations.
    [InlineData("sum(process_group_memory_usage_bytes) > 1e9", "1 error no-target, 1 error no-host")]
    [InlineData("sum by (job) (process_group_memory_usage_bytes) > 1e9", "1 error no-target, 1 error no-host")]
    [InlineData("sum(process_group_memory_usage_bytes) by (job, instance) > 1e9", "1 error no-target")]
    [InlineData("sum by (instance, group) (process_group_memory_usage_bytes) > 1e9", "")]
    [InlineData("sum by (group) (process_group_memory_usage_bytes) > 1e9", "1 error no-host")]
    [InlineData("SUM BY (instance, group,) (process_group_memory_usage_bytes)", "")]
    [InlineData("sum by (instance, identity) (process_group_memory_usage_bytes)", "1 error no-target")] // Groups have no identity.
    [InlineData("sum by (instance, identity) (process_memory_usage_bytes)", "")]
    [InlineData("max without (group) (process_group_memory_usage_bytes)", "1 error no-target")]
    [InlineData("max without (group) (process_memory_usage_bytes)", "")] // It is still told who.
    [InlineData("max without (group, identity) (process_memory_usage_bytes)", "1 error no-target")]
    [InlineData("topk(3, process_memory_usage_bytes) > 1e9", "")]
    [InlineData("topk by (job) (3, process_memory_usage_bytes)", "")]
    [InlineData("quantile by (instance, group) (0.9, rate(process_cpu_time_seconds_total[5m]))", "")]
    [InlineData("count_values by (instance) (\"group\", process_thread_count)", "")]
    [InlineData("sum by (group) (sum by (instance) (process_group_processes))", "17 error no-target, 1 error no-host")]
    // Nothing there.
    [InlineData("absent(process_group_processes{job=\"x\"})", "1 error no-target, 1 error no-host")]
    [InlineData("absent(process_group_processes{group=\"orders\",instance=\"web-1:9464\"})", "")]
    [InlineData("absent_over_time(process_group_processes{group=~\"orders\"}[5m])", "1 error no-target, 1 error no-host")]
    [InlineData("vector(1) > 0", "1 error no-target, 1 error no-host")]
    [InlineData("time() > 5", "1 error no-target")]
    [InlineData("scalar(process_group_processes{group=\"a\"})", "1 error no-target")]
    // Two sides.
    [InlineData("process_memory_usage_bytes and on (identity) process_memory_trend_bytes_per_second > 0", "")]
    [InlineData("sum(process_memory_usage_bytes) or process_memory_usage_bytes", "1 error no-target, 1 error no-host")]
    [InlineData("process_memory_usage_bytes > on (instance) sum by (instance) (process_memory_usage_bytes)", "30 error no-target")]
    [InlineData("process_memory_usage_bytes > on (instance) group_left sum by (instance) (process_memory_usage_bytes)", "")]
    [InlineData("sum by (instance) (process_memory_usage_bytes) < on (instance) group_right () process_memory_usage_bytes", "")]
    [InlineData("sum by (instance) (process_memory_usage_bytes) * on (instance) group_left (group) process_group_processes", "")]
    [InlineData("process_memory_usage_bytes / ignoring (identity, group) process_memory_virtual_bytes", "30 error no-target")]
    [InlineData("1e9 < bool process_memory_usage_bytes", "")]
    [InlineData("process_thread_count ^ 2 ^ -1 > -process_thread_count offset -5m @ start()", "")]
    // Functions.
    [InlineData("histogram_quantile(0.9, sum by (le, instance, group) (rate(http_server_request_duration_seconds_bucket[5m])))", "")]
    [InlineData("histogram_quantile(0.9, sum by (le, instance) (rate(http_server_request_duration_seconds_bucket[5m])))", "25 error no-target")]
    [InlineData("label_replace(sum by (instance) (process_group_processes), \"group\", \"all\", \"\", \"\")", "")]
    [InlineData("label_replace(process_group_processes, \"group\", \"\", \"\", \"\")", "1 error no-target")]
    [InlineData("max_over_time(process_group_processes[1h:5m] offset 1d) > 0", "")]
    [InlineData("rate(process_cpu_time_seconds_total{cpu_mode=\"user\"}[5m]) # a comment\n> 0.9", "")]
    // Of nobody, and of others.
    [InlineData("process_supervisor_latched == 1", "1 error no-target")]
    [InlineData("up == 0", "1 error no-target")]
    [InlineData("namedprocess_namegroup_num_procs{groupname=\"a\"} == 0", "1 error no-target")]
    [InlineData("node_load1 > 4", "1 note cannot-tell")]
    [InlineData("job:memory:sum > 4", "1 note cannot-tell")]
    [InlineData("node_load1{group!=\"\"} > 4", "")]
    [InlineData("shop_orders_total{container=~\".+\"} > 4", "")]
    [InlineData("sum by (job) (node_load1) > 4", "1 error no-target, 1 error no-host")]
    [InlineData("{__name__=\"process_group_processes\",group=\"\"} > 0", "1 error no-target")]
    [InlineData("{\"process_group_processes\", state='x'} > 0", "")]
    // Names.
    [InlineData("process_group_procesess > 1", "1 note cannot-tell, 1 error unknown-metric")]
    [InlineData("process_group_exits{group=\"a\"} > 1", "1 error unknown-metric")]
    [InlineData("process_resident_memory_bytes{group=\"a\"} > 1", "")]
    [InlineData("process_memory_usage_byte{group=\"a\"} > 1", "1 note unknown-metric")]
    // Not understood.
    [InlineData("sum by (group (process_group_processes)", "15 warning not-understood")]
    [InlineData("process_group_processes >", "26 warning not-understood")]
    [InlineData("process_group_processes ? 1", "25 warning not-understood")]
    public void What_is_found(string expression, string found)
    {
        RuleFile file = Read($"groups:\n- rules:\n  - alert: A\n    expr: |\n{string.Join('\n', expression.Split('\n').Select(line => "      " + line))}\n");
        IEnumerable<string> told = new RuleLinter(["instance"]).Check(file)
            .Select(finding => $"{finding.Column - 6} {finding.Severity.ToString().ToLowerInvariant()} {finding.Rule}").Order(StringComparer.Ordinal);
        Assert.Equal(found.Split(", ", StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), told);
    }

    [Fact]
    public void It_says_what_to_do()
    {
        Assert.Equal(
            "it names no target (none of identity, group, unit, container): sum by (instance, pid) keeps nothing else: keep 'group' (or 'identity'). A pid is not enough: it may be another's by then.",
            Message("sum by (instance, pid) (process_memory_usage_bytes)"));
        Assert.Equal("there is no metric process_group_exit_total: did you mean process_group_exits_total?", Message("process_group_exit_total{group=\"x\"}"));
        Assert.Equal(
            "it does not say which host it is about (no 'instance'), so that every host refuses it: sum by (group) keeps nothing else.", Message("sum by (group) (process_group_processes)"));

        static string Message(string expression) => Assert.Single(new RuleLinter(["instance"]).Check(Read($"groups: [{{rules: [{{alert: A, expr: '{expression}'}}]}}]"))).Message;
    }

    [Fact]
    public void Labels_of_a_rule_count_and_hosts_may_be_told_by_others()
    {
        RuleFile file = Read("groups: [{rules: [{alert: A, expr: sum by (node) (process_group_processes), labels: {group: orders}}]}]");
        Assert.Equal("no-host", Assert.Single(new RuleLinter(["instance"]).Check(file)).Rule);
        Assert.Empty(new RuleLinter(["node", "instance"]).Check(file));
    }

    /// <summary>Also those of several lines, however these are joined.</summary>
    [Theory]
    [InlineData("    expr: sum(process_group_processes)", 4, 11)]
    [InlineData("    expr: 'sum(process_group_processes)'", 4, 12)]
    [InlineData("    expr: >-\n      process_group_processes > 0\n      or sum(process_group_processes) > 0", 6, 10)]
    [InlineData("    expr: |\n\n      process_group_processes > 0\n\n      or\n        sum(process_group_processes)", 9, 9)]
    [InlineData("    expr: process_group_processes > 0\n      or sum(process_group_processes) > 0", 5, 10)]
    [InlineData("    expr: \"process_group_processes{group=\\\"a\\\"} or sum(process_group_processes)\"", 4, 11)] // Escapes: where it begins.
    public void Places_are_those_of_the_file(string expression, int line, int column)
    {
        LintFinding finding = new RuleLinter(["instance"]).Check(Read("groups:\n- rules:\n  - alert: A\n" + expression + "\n")).First();
        Assert.Equal((line, column), (finding.Line, finding.Column));
    }

    [Fact]
    public void Rules_of_the_operator_are_read_too() =>
        Assert.Equal("A", Assert.Single(Read("kind: PrometheusRule\nspec:\n  groups:\n  - rules:\n    - {record: a:b, expr: up}\n    - {alert: A, expr: up}\n").Alerts).Name);

    [Theory]
    [InlineData("rules: []", "f.yml:1:1: not a file of rules: there is no list 'groups' in it.")]
    [InlineData("", "f.yml:1:1: not a file of rules: there is no list 'groups' in it.")]
    [InlineData("groups: [{rules: [{alert: A}]}]", "f.yml:1:19: the alert A has no 'expr'.")]
    public void What_is_no_file_of_rules_is_said(string text, string error)
    {
        var errors = new ErrorList();
        Assert.Null(RuleFile.Parse("f.yml", text, errors));
        Assert.Equal(error, Assert.Single(errors.ToList()).ToString());
    }

    private static RuleFile Read(string text)
    {
        var errors = new ErrorList();
        RuleFile? file = RuleFile.Parse("f.yml", text, errors);
        Assert.True(file is not null, string.Join('\n', errors.ToList()));
        return file;
    }
}
