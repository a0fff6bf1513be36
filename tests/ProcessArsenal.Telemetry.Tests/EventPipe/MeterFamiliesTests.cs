using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.Publishing;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>What becomes of instruments on a page.</summary>
public sealed class MeterFamiliesTests
{
    private readonly ForeignFamilies _families = new();
    private readonly List<ForeignSample> _samples = [];
    private readonly HashSet<(ForeignFamily, string)> _taken = [];

    [Theory]
    [InlineData("dotnet.thread_pool.thread.count", "dotnet_thread_pool_thread_count")]
    [InlineData("dotnet.thread_pool.queue.length", "dotnet_thread_pool_queue_length")]
    public void Levels_that_a_runtime_tells_as_counters_are_levels(string instrument, string name)
    {
        Add(new MeterSeries("System.Runtime", "", instrument, "{thread}", "", MeterKind.Counter) { Value = 7 });
        ForeignSample sample = Assert.Single(_samples);
        Assert.Equal((name, "gauge", 7.0), (sample.Family.Name, sample.Family.Type, sample.Read()));
    }

    [Fact]
    public void The_same_name_in_a_meter_of_its_own_is_what_it_says()
    {
        Add(new MeterSeries("Mine", "", "dotnet.thread_pool.queue.length", "", "", MeterKind.Counter));
        Assert.Equal(("dotnet_thread_pool_queue_length_total", "counter"), (_samples[0].Family.Name, _samples[0].Family.Type));
    }

    private void Add(MeterSeries series) => Assert.True(new MeterFamilies(_families, ["System.Runtime"]).TryAddTo(_samples, series, _taken));
}
