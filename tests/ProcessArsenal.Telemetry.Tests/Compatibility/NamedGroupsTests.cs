using ProcessArsenal.Telemetry.Compatibility;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Tests.Grouping;
using ProcessArsenal.Telemetry.Tests.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Compatibility;

/// <summary>process-exporter's families: who belongs to which group, and what its values are.</summary>
public sealed class NamedGroupsTests
{
    private const string Prefix = "namedprocess_namegroup_";

    private static SamplingOptions Options(params GroupRuleOptions[] rules)
    {
        GroupRule[] compiled = [.. rules.Select(rule => Describe.Rule(rule with { ProcessExporter = true }))];
        return new SamplingOptions { Grouper = new Grouper(compiled), Compatibility = new NamedGroupOptions(compiled) };
    }

    private static SamplerBench Bench(params GroupRuleOptions[] rules) => new(Options(rules));

    private static double? Value(Dictionary<string, double> page, string name, string group, string more = "") =>
        page.TryGetValue($"{Prefix}{name}{{groupname=\"{group}\"{(more.Length == 0 ? "" : ",")}{more}}}", out double value) ? value : null;

    [Fact]
    public void They_are_only_there_if_wanted()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10);
        Assert.DoesNotContain(bench.Tick().Keys, key => key.StartsWith("namedprocess", StringComparison.Ordinal));
    }

    [Fact]
    public void A_process_that_no_rule_takes_is_in_our_groups_only()
    {
        using SamplerBench bench = Bench(new GroupRuleOptions { Comm = ["web"] });
        bench.Proc.Process(10, p => (p.Name, p.Arguments) = ("web", ["/opt/web"])).Process(11, p => p.Name = "stranger");
        Dictionary<string, double> page = bench.Tick();
        Assert.Equal(1, Value(page, "num_procs", "web"));
        Assert.Single(page.Keys, key => key.StartsWith(Prefix + "num_procs", StringComparison.Ordinal));
        Assert.Equal(2, page["process_group_processes{group=\"worker\"}"] + page["process_group_processes{group=\"web\"}"]);
    }

    [Fact]
    public void A_declared_group_without_processes_is_0_and_has_no_ratio_and_no_start()
    {
        using SamplerBench bench = Bench(new GroupRuleOptions { Name = "absent", Comm = ["nobody"] });
        Dictionary<string, double> page = bench.Tick();
        Assert.Equal(0, Value(page, "num_procs", "absent"));
        Assert.Equal(0, Value(page, "cpu_seconds_total", "absent", "mode=\"user\""));
        Assert.Equal(0, Value(page, "states", "absent", "state=\"Running\""));
        Assert.Null(Value(page, "worst_fd_ratio", "absent"));
        Assert.Null(Value(page, "oldest_start_time_seconds", "absent"));
    }

    [Fact]
    public void Children_belong_to_their_nearest_ancestor_that_has_a_group_and_stay_when_it_ends()
    {
        using SamplerBench bench = Bench(new GroupRuleOptions { Name = "web", Comm = ["web"] }, new GroupRuleOptions { Name = "db", Comm = ["db"] });
        bench.Proc.Process(50, p => p.Name = "web")
            .Process(20, p => (p.Name, p.ParentPid) = ("helper", 60)) // found before its parent is
            .Process(60, p => (p.Name, p.ParentPid) = ("shell", 50))
            .Process(70, p => (p.Name, p.ParentPid) = ("db", 60))
            .Process(71, p => (p.Name, p.ParentPid) = ("db-worker", 70))
            .Process(80, p => p.Name = "stranger");
        Dictionary<string, double> page = bench.Tick();
        Assert.Equal(3, Value(page, "num_procs", "web"));
        Assert.Equal(2, Value(page, "num_procs", "db"));

        bench.Proc.Exit(50).Process(60, p => p.ParentPid = 1);
        Assert.Equal(2, Value(bench.Tick(), "num_procs", "web"));
    }

    [Fact]
    public void An_inherited_group_outlives_the_ancestor_and_a_reload_of_the_same_rules_but_not_of_others()
    {
        var rule = new GroupRuleOptions { Name = "web", Comm = ["web"] };
        using SamplerBench bench = Bench(rule);
        bench.Proc.Process(50, p => p.Name = "web").Process(60, p => (p.Name, p.ParentPid) = ("helper", 50));
        bench.Tick();
        bench.Proc.Exit(50).Process(60, p => p.ParentPid = 1);
        bench.Tick();
        bench.Sampler.Configure(Options(rule with { Comm = ["web"] }) with { Top = 3 });
        Assert.Equal(1, Value(bench.Tick(), "num_procs", "web"));
        bench.Sampler.Configure(Options(rule with { Comm = ["web", "another"] }));
        Assert.Equal(0, Value(bench.Tick(), "num_procs", "web"));
    }

    [Fact]
    public void Two_processes_that_pass_for_each_others_parents_are_in_no_group()
    {
        using SamplerBench bench = Bench(new GroupRuleOptions { Name = "web", Comm = ["web"] });
        bench.Proc.Process(10, p => p.ParentPid = 11).Process(11, p => p.ParentPid = 10);
        Assert.Equal(0, Value(bench.Tick(), "num_procs", "web"));
    }

    [Fact]
    public void An_exec_decides_anew()
    {
        using SamplerBench bench = Bench(new GroupRuleOptions { Name = "web", Comm = ["web"] }, new GroupRuleOptions { Name = "db", Comm = ["db"] });
        bench.Proc.Process(10, p => p.Name = "web");
        bench.Tick();
        bench.Proc.Process(10, p => (p.Name, p.ArgumentStart, p.UserTicks) = ("db", 1234, 100));
        Dictionary<string, double> page = bench.Tick();
        Assert.Equal(0, Value(page, "num_procs", "web"));
        Assert.Equal(1, Value(page, "num_procs", "db"));
        Assert.Equal(1, Value(page, "cpu_seconds_total", "db", "mode=\"user\""));
        bench.Proc.Process(10, p => (p.Name, p.ArgumentStart) = ("stranger", 5678));
        Assert.Equal(0, Value(bench.Tick(), "num_procs", "db"));
    }

    [Fact]
    public void Excluded_processes_are_in_no_group_and_give_none()
    {
        SamplingOptions options = Options(new GroupRuleOptions { Name = "web", Comm = ["web"] });
        using var bench = new SamplerBench(options with { Exclude = [Rules.Parse("name = \"web\"")] });
        bench.Proc.Process(10, p => p.Name = "web").Process(11, p => p.ParentPid = 10);
        Assert.Equal(0, Value(bench.Tick(), "num_procs", "web"));
    }

    [Fact]
    public void A_group_that_lost_its_processes_keeps_its_counters_for_a_while_and_leaves()
    {
        SamplingOptions options = Options(new GroupRuleOptions { Comm = ["web"] }) with { GroupLinger = TimeSpan.FromSeconds(30) };
        using var bench = new SamplerBench(options);
        bench.Proc.Process(10, p => (p.Name, p.Arguments) = ("web", ["web"]));
        bench.Tick();
        bench.Proc.Process(10, p => p.UserTicks = 100);
        bench.Tick();
        bench.Proc.Exit(10);
        Dictionary<string, double> page = bench.Tick();
        Assert.Equal(0, Value(page, "num_procs", "web"));
        Assert.Equal(1, Value(page, "cpu_seconds_total", "web", "mode=\"user\""));
        bench.Tick(40);
        Assert.Null(Value(bench.Tick(), "num_procs", "web"));
    }

    [Fact]
    public void What_can_not_be_read_is_absent_and_counted()
    {
        using SamplerBench bench = Bench(new GroupRuleOptions { Name = "web", Comm = ["web"] });
        bench.Proc.Process(10, p => (p.Name, p.HasIo) = ("web", false));
        Dictionary<string, double> page = bench.Tick();
        Assert.Null(Value(page, "read_bytes_total", "web"));
        Assert.Equal(1, Value(page, "num_procs", "web"));
        Assert.Equal(1, page["namedprocess_scrape_partial_errors"]);
        Assert.Equal(0, page["namedprocess_scrape_errors"]);
        Assert.Equal(0, page["namedprocess_scrape_procread_errors"]);
    }

    [Fact]
    public void Switching_it_off_and_on_again_begins_anew()
    {
        SamplingOptions options = Options(new GroupRuleOptions { Name = "web", Comm = ["web"] });
        using var bench = new SamplerBench(options);
        bench.Proc.Process(10, p => p.Name = "web");
        bench.Tick();
        bench.Sampler.Configure(options with { Compatibility = null });
        bench.Proc.Process(10, p => p.UserTicks = 100);
        Assert.Null(Value(bench.Tick(), "num_procs", "web"));
        bench.Sampler.Configure(options);
        Assert.Equal(0, Value(bench.Tick(), "cpu_seconds_total", "web", "mode=\"user\""));
    }

    [Fact]
    public void In_open_metrics_what_counts_without_the_suffix_of_a_counter_keeps_its_name()
    {
        using SamplerBench bench = Bench();
        bench.Tick();
        string page = bench.Page(ExpositionFormat.OpenMetrics);
        Assert.Contains("# TYPE namedprocess_scrape_errors unknown\nnamedprocess_scrape_errors 0\n", page, StringComparison.Ordinal);
        Assert.Contains("# TYPE namedprocess_scrape_errors counter\n", bench.Page(), StringComparison.Ordinal);
    }
}
