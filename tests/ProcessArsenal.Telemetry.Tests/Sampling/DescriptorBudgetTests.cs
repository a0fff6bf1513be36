using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

public sealed class DescriptorBudgetTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(256, 64)]
    [InlineData(1024, 256)]
    [InlineData(20_000, 19_488)]
    public void Leaves_room_for_everything_else(ulong limit, int descriptors)
    {
        var budget = new DescriptorBudget(limit);
        for (int i = 0; i < descriptors / 2; i++) Assert.True(budget.TryTake(2));
        Assert.False(budget.TryTake(1));
        if (descriptors == 0) return;
        budget.GiveBack(2);
        Assert.True(budget.TryTake(2));
    }

    [Fact]
    public void Files_get_half_of_it_at_most()
    {
        var budget = new DescriptorBudget(20_000);
        int files = 0;
        while (budget.TryTakeForFiles(3)) files += 3;
        Assert.InRange(files, 9_742, 9_744);
        Assert.True(budget.TryTake(2));
        budget.GiveBackFiles(3);
        Assert.True(budget.TryTakeForFiles(3));
        Assert.False(budget.TryTakeForFiles(3));
    }

    [Fact]
    public void Beyond_the_budget_processes_are_read_as_well_and_a_successor_is_told_apart()
    {
        // 32 processes keep their directory, the others are opened each time.
        using var bench = new SamplerBench(descriptorLimit: 256);
        for (int pid = 100; pid < 200; pid++) bench.Proc.Process(pid);
        bench.Tick();
        for (int pid = 100; pid < 200; pid++) bench.Proc.Process(pid, p => p.UserTicks = 100);
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(100, values["process_group_processes{group=\"worker\"}"]);
        Assert.Equal(100, values["process_group_cpu_time_seconds_total{group=\"worker\",cpu_mode=\"user\"}"]);

        bench.Proc.Process(199, p => (p.StartTicks, p.UserTicks) = (bench.Now + 1, 5)); // the same folder, another process
        values = bench.Tick();
        Assert.Equal(100.05, values["process_group_cpu_time_seconds_total{group=\"worker\",cpu_mode=\"user\"}"]);
        Assert.Equal(1, values["process_group_starts_total{group=\"worker\"}"]);
        Assert.Equal(1, values["process_group_exits_total{group=\"worker\",outcome=\"unknown\"}"]);
        Assert.Equal(100, values["process_group_processes{group=\"worker\"}"]);
    }
}
