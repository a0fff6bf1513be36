using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>What a user asks Prometheus, compared with what the processes did. Each tolerance says where it comes from.</summary>
[Collection(EndToEndTests.Name)]
public sealed class PromQlTests(KnownFleet known) : IClassFixture<KnownFleet>
{
    private const double MiB = 1 << 20;

    [Fact]
    public async Task More_than_300_processes_run_and_each_group_has_the_right_number()
    {
        Assert.True(await known.Prometheus.Value("""max_over_time(sum(process_group_processes{group=~"e2e-.*"})[10m:1s])""") > 300);
        await Each("process_group_processes", (fleet, value) => Assert.Equal(fleet.After.Processes, value));
    }

    [Fact]
    public Task Threads_are_exact() => Each("process_group_threads", (fleet, value) => Assert.Equal(fleet.After.Threads, value));

    [Fact]
    public Task File_descriptors_are_exact() =>
        Each("process_group_file_descriptors", (fleet, value) => Assert.Equal(fleet.After.Fds, value));

    [Fact]
    public async Task Highest_use_of_the_descriptor_limit_is_that_of_the_copies()
    {
        double? ratio = await known.Prometheus.Value("""process_group_file_descriptor_usage_ratio_max{group="e2e-descriptors"}""");
        (double soft, double hard) = Kernel.DescriptorLimits(known["e2e-descriptors"].Workload!.Pid);
        // The copies raise their soft limit; whether that was before or after it was read is not ours to say.
        Assert.InRange(ratio!.Value, 40 / hard - 1e-9, 40 / Math.Min(soft, 1024) + 1e-9);
    }

    // /proc/PID/stat counts whole clock ticks of 10 ms, cut off per process and mode; a few milliseconds follow the report.
    [Fact]
    public Task Cpu_time_is_what_getrusage_says_and_outlives_those_who_used_it() =>
        Each("sum by (group) (process_group_cpu_time_seconds_total)", (fleet, value) =>
            Assert.InRange(value, fleet.Before.CpuSeconds - (0.02 * fleet.Before.Processes), fleet.Before.CpuSeconds + 0.1));

    [Fact]
    public async Task Cpu_time_by_mode_is_what_getrusage_says()
    {
        Fleet fleet = known["e2e-cpu"];
        double? user = await known.Prometheus.Value("""process_group_cpu_time_seconds_total{group="e2e-cpu",cpu_mode="user"}""");
        Assert.InRange(user!.Value, fleet.Before.UserSeconds - (0.01 * fleet.Before.Processes), fleet.Before.UserSeconds + 0.1);
        Assert.True(fleet.Before.CpuSeconds > 20 * 0.3, "The copies burnt less than they were told to.");
    }

    // Prometheus extrapolates to the ends of the window, by up to half a scrape interval at each end.
    [Fact]
    public async Task Increase_over_the_test_finds_the_cpu_that_was_burnt()
    {
        double? increase = await known.Prometheus.Value(
            """sum(increase(process_group_cpu_time_seconds_total{group="e2e-cpu"}[10m]))""");
        double truth = known["e2e-cpu"].Before.CpuSeconds;
        Assert.InRange(increase!.Value, truth * 0.85, truth * 1.25);
    }

    // The kernel's resident counters are per CPU and may lag by 32 pages on each (percpu_counter, mm/memory.c).
    [Fact]
    public async Task Memory_is_what_was_touched()
    {
        double copies = known["e2e-memory"].Copies;
        Assert.InRange(await Of("process_group_memory_anonymous_bytes", "e2e-memory"), copies * 7.5 * MiB, (copies * 9 * MiB) + (4 * MiB));
        Assert.InRange(await Of("process_group_memory_usage_bytes", "e2e-memory"), copies * 7.5 * MiB, (copies * 11 * MiB) + (4 * MiB));
        Assert.True(
            await Of("process_group_memory_virtual_bytes", "e2e-memory") > await Of("process_group_memory_usage_bytes", "e2e-memory"));
        Assert.True(await Of("process_group_memory_swap_bytes", "e2e-memory") >= 0);
        Assert.True(await Of("process_group_memory_usage_bytes", "e2e-idle") < 60 * 4 * MiB);
    }

    [Fact]
    public async Task Bytes_written_to_disk_are_what_the_kernel_charged()
    {
        Fleet fleet = known["e2e-writer"];
        Assert.True(fleet.Before.WriteBytes >= 40 * MiB, "The repository lies on a file system without disk IO; this test needs a disk.");
        double? written = await known.Prometheus.Value("""process_group_disk_io_bytes_total{group="e2e-writer",disk_io_direction="write"}""");
        Assert.InRange(written!.Value, fleet.Before.WriteBytes * 0.99, fleet.Before.WriteBytes * 1.01);
    }

    // A few pages more are touched by each process after its report, and by the first one of each group while it counts the others.
    [Fact]
    public Task Minor_faults_are_what_getrusage_says() =>
        Each("""sum by (group) (process_group_paging_faults_total{type="minor"})""", (fleet, value) =>
            Assert.InRange(value, (fleet.Before.MinorFaults * 0.97) - 500, fleet.Before.MinorFaults + (50 * fleet.Before.Processes) + 500));

    [Fact]
    public Task Starts_are_exact() =>
        Each("process_group_starts_total", (fleet, value) => Assert.Equal(fleet.StartsBefore + fleet.Copies, value));

    [Fact]
    public Task All_exits_are_counted() =>
        Each("sum by (group) (process_group_exits_total)", (fleet, value) =>
            Assert.Equal(fleet.Success + fleet.Failure + fleet.Signal, value));

    [Theory]
    [InlineData("success")]
    [InlineData("failure")]
    [InlineData("signal")]
    public Task Exits_by_outcome_are_exact_where_the_kernel_tells(string outcome) =>
        Each($$"""sum by (group) (process_group_exits_total{outcome="{{outcome}}"})""", (fleet, value) =>
        {
            int truth = outcome switch { "success" => fleet.Success, "failure" => fleet.Failure, _ => fleet.Signal };
            if (Kernel.TellsExitCodes)
                Assert.Equal(truth, value);
            else
                Assert.InRange(value, 0, truth); // the rest is "unknown", and in the sum of the test above
        });

    [Fact]
    public async Task Nobody_was_killed_for_memory() =>
        Assert.True(await known.Prometheus.Value("""sum(process_group_exits_total{group=~"e2e-.*",outcome="oom_kill"})""") is null or 0);

    [Fact]
    public async Task Idle_processes_sleep_and_the_states_of_a_group_add_up()
    {
        Assert.Equal(61, await known.Prometheus.Value("""process_group_states{group="e2e-idle",state="sleeping"}"""));
        await Each("sum by (group) (process_group_states)", (fleet, value) => Assert.Equal(fleet.After.Processes, value));
    }

    [Fact]
    public Task Oldest_start_is_that_of_the_first_process() =>
        Each("process_group_oldest_start_time_seconds", (_, value) =>
            Assert.InRange(value, known.Began.ToUnixTimeSeconds() - 2, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 2));

    private async Task<double> Of(string family, string group) =>
        await known.Prometheus.Value($$"""{{family}}{group="{{group}}"}""") ?? throw new InvalidOperationException($"No {family} of {group}.");

    /// <summary>Asks once for all groups and judges each; a group without an answer fails, because absent is not zero.</summary>
    private async Task Each(string promQl, Action<Fleet, double> judge)
    {
        IReadOnlyList<Series> answer = await known.Prometheus.Query(promQl);
        Assert.Multiple(known.Fleets.Select<Fleet, Action>(fleet => () =>
        {
            Series? series = answer.SingleOrDefault(s => s["group"] == fleet.Name);
            Assert.True(series is not null, $"{promQl}: nothing for {fleet.Name}.");
            try
            {
                judge(fleet, series.Value);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"{fleet.Name}: {promQl} gave {Numbers.Text(series.Value)}.", error);
            }
        }).ToArray());
    }
}
