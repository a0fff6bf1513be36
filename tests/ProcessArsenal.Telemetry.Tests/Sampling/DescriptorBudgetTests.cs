using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

public sealed class DescriptorBudgetTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(256, 32)]
    [InlineData(1024, 128)]
    [InlineData(20_000, 9744)]
    public void Leaves_room_for_everything_else(ulong limit, int processes)
    {
        var budget = new DescriptorBudget(limit);
        for (int i = 0; i < processes; i++) Assert.True(budget.TryTake());
        Assert.False(budget.TryTake());
        if (processes == 0) return;
        budget.GiveBack();
        Assert.True(budget.TryTake());
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
