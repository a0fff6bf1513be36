using System.Text;
using CsCheck;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.Publishing;
using ProcessArsenal.Telemetry.Publishing;

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

    [Theory]
    [InlineData("", "x of the meter Mine.")]
    [InlineData("Says \"what\" it is.", "Says \"what\" it is.")]
    [InlineData("Two\nlines 1\n", "Two\\nlines 1\\n.")]
    [InlineData("C:\\n", "C:\\\\n.")]
    public void A_family_is_described_by_the_program_in_one_line(string description, string help)
    {
        Add(new MeterSeries("Mine", "", "x", "", "", MeterKind.Counter) { Description = description });
        Assert.Equal($"# HELP x_total {help}\n# TYPE x_total counter\n", Encoding.UTF8.GetString(_samples[0].Family.Text.Header(ExpositionFormat.PrometheusText)));
        Assert.Equal(
            $"# HELP x {help.Replace("\"", "\\\"", StringComparison.Ordinal)}\n# TYPE x counter\n", Encoding.UTF8.GetString(_samples[0].Family.Text.Header(ExpositionFormat.OpenMetrics)));
    }

    [Theory]
    [InlineData(true, "x of the meter Mine.")]
    [InlineData(false, "x of the meter Mine; relative to when it began to be listened to.")]
    [InlineData(null, "x of the meter Mine; if it is no observed one, relative to when it began to be listened to.")]
    public void What_begins_at_0_when_we_come_says_so(bool? isObserved, string help)
    {
        Add(new MeterSeries("Mine", "", "x", "", "", MeterKind.UpDownCounter) { IsObserved = isObserved });
        Assert.Equal($"# HELP x {help}\n# TYPE x gauge\n", Encoding.UTF8.GetString(_samples[0].Family.Text.Header(ExpositionFormat.PrometheusText)));
    }

    [Fact]
    public void Names_add_no_lines() => Gen.Select(Gen.String[1, 20], Gen.String[0, 20], Gen.String[0, 20]).Where(names => names.Item1.Length > 0).Sample(names =>
    {
        var samples = new List<ForeignSample>();
        new MeterFamilies(new ForeignFamilies(), []).TryAddTo(samples, new MeterSeries(names.Item2 + "\n", "", names.Item1 + "\n", names.Item3 + "\n", "", MeterKind.Gauge), []);
        foreach (ForeignSample sample in samples) Assert.Equal(2, sample.Family.Text.Header(ExpositionFormat.PrometheusText).Count((byte)'\n'));
    });

    private void Add(MeterSeries series) => Assert.True(new MeterFamilies(_families, ["System.Runtime"]).TryAddTo(_samples, series, _taken));
}
