using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>Group counters: what is credited, to whom, and that they never fall.</summary>
public sealed class SamplerCounterTests
{
    private const string WorkerUser = "process_group_cpu_time_seconds_total{group=\"worker\",cpu_mode=\"user\"}";
    private const string WorkerWrites = "process_group_disk_io_bytes_total{group=\"worker\",disk_io_direction=\"write\"}";
    private const string WorkerStarts = "process_group_starts_total{group=\"worker\"}";
    private const string WorkerExits = "process_group_exits_total{group=\"worker\",outcome=\"unknown\"}";

    [Fact]
    public void What_was_used_before_the_first_sample_is_not_credited()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10, p => p.UserTicks = 5000);
        Assert.Equal(0, bench.Tick()[WorkerUser]);
        bench.Proc.Process(10, p => p.UserTicks = 5123);
        Assert.Equal(1.23, bench.Tick()[WorkerUser]);
    }

    [Fact]
    public void A_process_that_started_since_the_last_sample_is_credited_whole_and_counted_as_a_start()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10);
        Assert.Equal(0, bench.Tick()[WorkerStarts]);
        bench.Proc.Process(11, p =>
        {
            p.StartTicks = bench.Now + 100;
            p.UserTicks = 250;
            p.WriteBytes = 4096;
        });
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(2.5, values[WorkerUser]);
        Assert.Equal(4096, values[WorkerWrites]);
        Assert.Equal(1, values[WorkerStarts]);
    }

    [Fact]
    public void A_process_that_was_there_but_hidden_is_neither_credited_nor_a_start()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10);
        bench.Tick();
        bench.Proc.Process(11, p => p.UserTicks = 250); // started at tick 10,000, long ago
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(0, values[WorkerUser]);
        Assert.Equal(0, values[WorkerStarts]);
        Assert.Equal(2, values["process_group_processes{group=\"worker\"}"]);
    }

    [Fact]
    public void A_counter_does_not_fall_when_a_member_exits()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10).Process(11);
        bench.Tick();
        bench.Proc.Process(10, p => p.UserTicks = 700).Process(11, p => p.UserTicks = 100);
        Assert.Equal(8, bench.Tick()[WorkerUser]);
        bench.Proc.Exit(10);
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(8, values[WorkerUser]);
        Assert.Equal(1, values[WorkerExits]);
        Assert.Equal(1, values["process_group_processes{group=\"worker\"}"]);
    }

    [Fact]
    public void A_successor_with_the_same_pid_is_another_process()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10, p => p.UserTicks = 900);
        bench.Tick();
        bench.Proc.Exit(10).Process(10, p =>
        {
            p.StartTicks = bench.Now + 10;
            p.UserTicks = 30;
        });
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(0.3, values[WorkerUser]);
        Assert.Equal(1, values[WorkerExits]);
        Assert.Equal(1, values[WorkerStarts]);
    }

    [Fact]
    public void A_kernel_counter_that_steps_back_is_counted_once()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10);
        bench.Tick();
        bench.Proc.Process(10, p => (p.WriteBytes, p.MinorFaults) = (1000, 901));
        bench.Tick();
        bench.Proc.Process(10, p => (p.WriteBytes, p.MinorFaults) = (900, 902));
        Assert.Equal(1000, bench.Tick()[WorkerWrites]);
        bench.Proc.Process(10, p => (p.WriteBytes, p.MinorFaults) = (1100, 903));
        Assert.Equal(1100, bench.Tick()[WorkerWrites]);
    }

    [Fact]
    public void An_exec_changes_name_and_group_at_once_and_later_use_goes_to_the_new_group()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10);
        bench.Tick();
        bench.Proc.Process(10, p => p.UserTicks = 100);
        bench.Tick();
        bench.Proc.Process(10, p =>
        {
            p.Name = "other-name";
            p.Executable = "/usr/bin/successor";
            p.Arguments = ["successor"];
            p.ArgumentStart++;
            p.UserTicks = 150;
        });
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(1, values[WorkerUser]);
        Assert.Equal(0.5, values["process_group_cpu_time_seconds_total{group=\"successor\",cpu_mode=\"user\"}"]);
        Assert.Equal(0, values["process_group_processes{group=\"worker\"}"]);
        Assert.Equal(1, values["process_group_processes{group=\"successor\"}"]);
    }

    [Fact]
    public void What_is_used_while_excluded_is_never_credited()
    {
        using var bench = new SamplerBench(Excluding("name = \"hidden\""));
        bench.Proc.Process(10);
        bench.Tick();
        bench.Proc.Process(10, p => (p.Name, p.UserTicks) = ("hidden", 500));
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(0, values["process_group_processes{group=\"worker\"}"]);
        Assert.Equal(0, values[WorkerUser]);
        Assert.Equal(1, values["arsenal_processes_excluded"]);
        bench.Proc.Process(10, p => (p.Name, p.UserTicks) = ("worker", 600));
        Assert.Equal(0, bench.Tick()[WorkerUser]);
        bench.Proc.Process(10, p => p.UserTicks = 650);
        Assert.Equal(0.5, bench.Tick()[WorkerUser]);
    }

    [Fact]
    public void A_group_leaves_some_time_after_its_last_process_but_a_declared_one_stays_at_zero()
    {
        GroupRule rule = Rules.Compile(new GroupRuleOptions { Name = "declared", Exe = ["nothing"] });
        using var bench = new SamplerBench(new SamplingOptions { Grouper = new Grouper([rule]), GroupLinger = TimeSpan.FromMinutes(1) });
        bench.Proc.Process(10);
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(0, values["process_group_processes{group=\"declared\"}"]);
        Assert.Equal(0, values["process_group_cpu_time_seconds_total{group=\"declared\",cpu_mode=\"user\"}"]);
        bench.Proc.Exit(10);
        Assert.Equal(0, bench.Tick(30)["process_group_processes{group=\"worker\"}"]);
        Assert.Equal(0, bench.Tick(29)["process_group_processes{group=\"worker\"}"]);
        values = bench.Tick(31);
        Assert.False(values.ContainsKey("process_group_processes{group=\"worker\"}"));
        Assert.Equal(0, values["process_group_processes{group=\"declared\"}"]);
    }

    [Fact]
    public void Groups_beyond_the_cap_are_one_group_and_counted()
    {
        using var bench = new SamplerBench(new SamplingOptions { MaxGroups = 2 });
        for (int pid = 10; pid < 15; pid++) bench.Proc.Process(pid, p => p.Executable = $"/bin/program{p.Pid}");
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(1, values["process_group_processes{group=\"program10\"}"]);
        Assert.Equal(1, values["process_group_processes{group=\"program11\"}"]);
        Assert.Equal(3, values["process_group_processes{group=\"other\"}"]);
        Assert.Equal(3, values["arsenal_series_dropped_total{family=\"process_group\"}"]);
        for (int pid = 12; pid < 15; pid++) bench.Proc.Process(pid, p => p.UserTicks = 100);
        Assert.Equal(3, bench.Tick()["process_group_cpu_time_seconds_total{group=\"other\",cpu_mode=\"user\"}"]);
    }

    [Fact]
    public void A_new_group_takes_the_place_of_one_that_has_no_process()
    {
        using var bench = new SamplerBench(new SamplingOptions { MaxGroups = 2 });
        bench.Proc.Process(10, p => p.Executable = "/bin/gone").Process(11);
        bench.Tick();
        bench.Proc.Exit(10).Process(12, p => (p.StartTicks, p.Executable) = (bench.Now, "/bin/late"));
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(1, values["process_group_exits_total{group=\"gone\",outcome=\"unknown\"}"]);
        Assert.Equal(1, values["process_group_processes{group=\"other\"}"]);
        values = bench.Tick();
        Assert.Equal(1, values["process_group_processes{group=\"late\"}"]);
        Assert.Equal(0, values["process_group_starts_total{group=\"late\"}"]); // It was counted in other.
        Assert.DoesNotContain(values.Keys, key => key.Contains("gone", StringComparison.Ordinal));
        Assert.Equal(1, values["arsenal_groups_evicted_total{family=\"process_group\"}"]);
    }

    [Fact]
    public void New_rules_hold_from_the_next_sample_on_and_counters_go_on()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10);
        bench.Tick();
        bench.Proc.Process(10, p => p.UserTicks = 100);
        bench.Tick();
        GroupRule rule = Rules.Compile(new GroupRuleOptions { Name = "shop", Exe = ["worker"] });
        bench.Sampler.Configure(new SamplingOptions { Grouper = new Grouper([rule]) });
        bench.Proc.Process(10, p => p.UserTicks = 130);
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(1, values[WorkerUser]);
        Assert.Equal(0.3, values["process_group_cpu_time_seconds_total{group=\"shop\",cpu_mode=\"user\"}"]);
    }

    private static SamplingOptions Excluding(string expression) => new() { Exclude = [Rules.Parse(expression)] };
}
