using System.Runtime.InteropServices;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>Ways in which a number was wrong once.</summary>
public sealed partial class SamplerRegressionTests
{
    private static readonly GroupRule Shop = Rules.Compile(new GroupRuleOptions { Name = "shop", Cmdline = ["Shop"] });

    [Fact]
    public void A_known_member_that_can_not_be_read_makes_its_group_absent_not_smaller()
    {
        GroupRule declared = Rules.Compile(new GroupRuleOptions { Name = "declared", Exe = ["worker"] });
        using var bench = new SamplerBench(new SamplingOptions { Grouper = new Grouper([declared]), GroupLinger = TimeSpan.Zero });
        bench.Proc.Process(10).Process(11);
        Assert.Equal(2, bench.Tick()["process_group_processes{group=\"declared\"}"]);
        File.WriteAllText(Path.Join(bench.Proc.Root, "10/stat"), "10 (cut");
        Dictionary<string, double> values = bench.Tick();
        Assert.False(values.ContainsKey("process_group_processes{group=\"declared\"}"));
        Assert.False(values.ContainsKey("process_group_memory_usage_bytes{group=\"declared\"}"));
        Assert.Equal(0, values["process_group_exits_total{group=\"declared\",outcome=\"unknown\"}"]);
        bench.Proc.Process(10);
        Assert.Equal(2, bench.Tick()["process_group_processes{group=\"declared\"}"]);
    }

    [Fact]
    public void A_process_that_hangs_takes_no_command_line_from_others_and_keeps_its_own_group()
    {
        using var bench = new SamplerBench(new SamplingOptions { Grouper = new Grouper([Shop]) });
        foreach (int pid in (int[])[10, 11, 12]) bench.Proc.Process(pid, p => p.Arguments = ["dotnet", "Shop.dll"]);
        Assert.Equal(3, bench.Tick()["process_group_processes{group=\"shop\"}"]);
        string path = Path.Join(bench.Proc.Root, "10/cmdline");
        File.Delete(path);
        Assert.Equal(0, MakeFifo(path, 0x180));
        for (int minute = 0; minute < CommandLineReader.MostStuck + 2; minute++)
            Assert.Equal(3, bench.Tick(61)["process_group_processes{group=\"shop\"}"]);
        bench.Proc.Process(13, p => p.Arguments = ["dotnet", "Shop.dll"]);
        Assert.Equal(4, bench.Tick()["process_group_processes{group=\"shop\"}"]);
        using (new FileStream(path, FileMode.Open, FileAccess.Write)) bench.Tick(); // The thread that waits comes back.
    }

    [Fact]
    public void A_late_command_line_is_read_at_the_next_tick_and_the_group_follows()
    {
        using var bench = new SamplerBench(new SamplingOptions { Grouper = new Grouper([Shop]) });
        bench.Proc.Process(10);
        string path = Path.Join(bench.Proc.Root, "10/cmdline");
        File.Delete(path);
        Assert.Equal(0, MakeFifo(path, 0x180));
        Assert.Equal(1, bench.Tick()["process_group_processes{group=\"worker\"}"]);
        using (new FileStream(path, FileMode.Open, FileAccess.Write)) File.Delete(path);
        bench.Proc.Process(10, p => p.Arguments = ["dotnet", "Shop.dll"]);
        // The thread that was left behind comes back when it is scheduled; until then nothing is tried for this process.
        for (int i = 0; i < 1000 && bench.Values()["process_group_processes{group=\"shop\"}"] == 0; i++) bench.Tick(1);
        Assert.Equal(1, bench.Values()["process_group_processes{group=\"shop\"}"]);
    }

    [Fact]
    public void Halves_of_a_surrogate_pair_make_one_series()
    {
        GroupRule half = Rules.Compile(new GroupRuleOptions { Name = "g-{{.Matches.x}}", Cmdline = ["--t=(?P<x>.)"] });
        using var bench = new SamplerBench(new SamplingOptions { Grouper = new Grouper([half]) });
        bench.Proc.Process(10, p => p.Arguments = ["a", "--t=\U0001F600"]).Process(11, p => p.Arguments = ["a", "--t=\U0001F916"]);
        Assert.Equal(2, bench.Tick()["process_group_processes{group=\"g-\uFFFD\"}"]);
    }

    [Fact]
    public void A_pattern_that_searches_for_too_long_has_found_nothing()
    {
        GroupRule slow = Rules.Compile(new GroupRuleOptions { Name = "slow", Cmdline = ["(.*a.{0,30}){3}z"] });
        var process = new ProcessDescription { Name = "x", CommandLine = string.Concat(Enumerable.Repeat("ab", 16_000)), Arguments = ["x"] };
        long before = TimeProvider.System.GetTimestamp();
        Assert.Null(slow.Match(process, 1));
        Assert.InRange(TimeProvider.System.GetElapsedTime(before).TotalSeconds, 0, 10);
        Assert.False(GroupRule.TryCompile(new GroupRuleOptions { Cmdline = ["(.*a.{0,900}){3}z"] }, out _, out _));
    }

    [Fact]
    public void A_start_while_excluded_is_not_counted_later()
    {
        using var bench = new SamplerBench(new SamplingOptions { Exclude = [Rules.Parse("name = \"hidden\"")] });
        bench.Proc.Process(10);
        bench.Tick();
        bench.Proc.Process(11, p => (p.Name, p.StartTicks) = ("hidden", bench.Now + 10));
        bench.Tick();
        bench.Sampler.Configure(new SamplingOptions());
        Assert.Equal(0, bench.Tick()["process_group_starts_total{group=\"worker\"}"]);
    }

    [Fact]
    public void A_parked_kernel_thread_is_idle()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(2, p => (p.Flags, p.HasMemory, p.Name, p.State) = (0x200000, false, "migration/1", 'P'));
        Assert.Equal(1, bench.Tick()["process_group_states{group=\"kernel\",state=\"idle\"}"]);
    }

    [Fact]
    public void What_is_excluded_takes_no_place_among_the_top()
    {
        using var bench = new SamplerBench(new SamplingOptions { Top = 1, Exclude = [Rules.Parse("name = \"big\"")] });
        bench.Proc.Process(10).Process(11, p => (p.Name, p.ResidentPages) = ("big", 5000));
        Assert.Single(bench.Tick().Keys, key => key.StartsWith("process_thread_count{", StringComparison.Ordinal) && key.Contains("pid=\"10\"", StringComparison.Ordinal));
    }

    [Fact]
    public void New_rules_hold_for_a_process_that_was_unreadable_meanwhile()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10);
        bench.Tick();
        File.WriteAllText(Path.Join(bench.Proc.Root, "10/stat"), "10 (cut");
        bench.Tick();
        bench.Sampler.Configure(new SamplingOptions { Grouper = new Grouper([Rules.Compile(new GroupRuleOptions { Name = "new", Exe = ["worker"] })]) });
        bench.Tick();
        bench.Proc.Process(10);
        Assert.Equal(1, bench.Tick()["process_group_processes{group=\"new\"}"]);
    }

    [Fact]
    public void A_process_that_begins_to_exit_while_it_is_looked_at_keeps_its_group()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10, p => p.Name = "thread-name");
        bench.Tick();
        File.Delete(Path.Join(bench.Proc.Root, "10/exe"));
        File.WriteAllText(Path.Join(bench.Proc.Root, "10/cmdline"), "");
        Assert.Equal(1, bench.Tick(61)["process_group_processes{group=\"worker\"}"]);
    }

    [Fact]
    public void A_file_that_the_kernel_does_not_have_is_a_signal_that_is_not_available()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10, p => p.HasIo = false);
        Assert.Equal(0, bench.Tick()["arsenal_signal_available{signal=\"disk_io\",reason=\"a kernel that tells it\"}"]);
        bench.Proc.Exit(10);
        for (int i = 0; i < SignalBoard.ForgiveTicks; i++) bench.Tick(1);
        Assert.Equal(1, bench.Tick()["arsenal_signal_available{signal=\"disk_io\"}"]);
    }

    [Fact]
    public void Nobody_can_name_a_program_into_the_groups_of_the_kernel_and_of_the_overflow()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10, p => p.Executable = "/tmp/kernel").Process(11, p => p.Executable = "/tmp/other");
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(1, values["process_group_processes{group=\"kernel (program)\"}"]);
        Assert.Equal(1, values["process_group_processes{group=\"other (program)\"}"]);
    }

    [Fact]
    public void The_last_exits_of_a_group_are_seen_even_if_it_does_not_linger()
    {
        using var bench = new SamplerBench(new SamplingOptions { GroupLinger = TimeSpan.Zero });
        bench.Proc.Process(10);
        bench.Tick();
        bench.Proc.Exit(10);
        Assert.Equal(1, bench.Tick()["process_group_exits_total{group=\"worker\",outcome=\"unknown\"}"]);
        Assert.DoesNotContain(bench.Tick().Keys, key => key.Contains("worker", StringComparison.Ordinal));
    }

    [Fact]
    public void A_counter_of_a_process_does_not_fall_when_the_kernels_does()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10, p => (p.UserTicks, p.WriteBytes) = (500, 5000));
        bench.Tick();
        bench.Proc.Process(10, p => (p.UserTicks, p.WriteBytes) = (499, 4000));
        Dictionary<string, double> values = bench.Tick();
        const string labels = "identity=\"10-10000-0123abcd\",pid=\"10\",group=\"worker\"";
        Assert.Equal(5, values[$"process_cpu_time_seconds_total{{{labels},cpu_mode=\"user\"}}"]);
        Assert.Equal(5000, values[$"process_disk_io_bytes_total{{{labels},disk_io_direction=\"write\"}}"]);
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
