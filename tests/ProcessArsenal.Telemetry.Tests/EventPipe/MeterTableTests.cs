using System.Globalization;
using System.Text;
using CsCheck;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Telemetry.EventPipe.Runtime;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>Payloads as MetricsEventSource of the runtime writes them, and others.</summary>
public sealed class MeterTableTests
{
    private const int CollectionStop = 3, CounterRate = 4, GaugeValue = 5, HistogramValue = 6, BeginReporting = 7, Error = 9, SeriesLimit = 12, OtherSession = 15, UpDownCounterRate = 16, OtherSettings = 17, ExponentialHistogramValue = 19;

    private readonly MeterTable _table = new(3);

    [Fact]
    public void A_counter_is_its_total()
    {
        Take(CounterRate, Texts("s", "Meter", "1.0", "count", "{thing}", "a=1", "5", "5"));
        Take(CounterRate, Texts("s", "Meter", "1.0", "count", "{thing}", "a=1", "2", "7"));
        MeterSeries series = Assert.Single(_table.Series);
        Assert.Equal(("Meter", "1.0", "count", "{thing}", "a=1", MeterKind.Counter, 7), (series.Meter, series.Version, series.Instrument, series.Unit, series.Tags, series.Kind, series.Value));
    }

    /// <summary>Version 2 of the event appends the number of the instrument.</summary>
    [Fact]
    public void Fields_that_came_later_do_no_harm()
    {
        Take(UpDownCounterRate, [.. Texts("s", "Meter", "", "open", "", "", "-1", "-1"), 1, 0, 0, 0]);
        Assert.Equal(-1, Assert.Single(_table.Series).Value);
        Assert.Equal(0, _table.Malformed);
    }

    [Fact]
    public void Tags_make_series_of_their_own()
    {
        Take(GaugeValue, Texts("s", "Meter", "", "level", "", "a=1", "0.5"));
        Take(GaugeValue, Texts("s", "Meter", "", "level", "", "a=2", "1E-05"));
        Take(GaugeValue, Texts("s", "Meter", "", "level", "", "a=2", ""));
        Assert.Equal([1e-5, 0.5], _table.Series.Select(s => s.Value).Order());
    }

    [Fact]
    public void A_histogram_adds_its_intervals_up()
    {
        Take(HistogramValue, [.. Texts("s", "Meter", "", "time", "s", "", "0.5=1;0.95=2;0.99=3"), .. BitConverter.GetBytes(4), .. BitConverter.GetBytes(6.5)]);
        Take(CollectionStop, Texts("s"));
        Take(HistogramValue, [.. Texts("s", "Meter", "", "time", "s", "", ""), .. BitConverter.GetBytes(0), .. BitConverter.GetBytes(0.0)]);
        MeterSeries series = Assert.Single(_table.Series);
        Assert.Equal((4, 6.5, 1L, 1L), (series.Count, series.Value, series.Interval, _table.Intervals));
        Assert.All(series.Quantiles, value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void What_is_beyond_the_most_is_counted()
    {
        for (int i = 0; i < 5; i++) Take(GaugeValue, Texts("s", "Meter", "", "level", "", $"a={i}", "1"));
        Assert.Equal((3, 2), (_table.Series.Count, _table.Dropped));
    }

    [Theory]
    [InlineData(CounterRate, "s", "Meter", "", "n", "", "", "1", "one")]
    [InlineData(CounterRate, "s", "Meter", "", "n")]
    [InlineData(GaugeValue, "s", "Meter", "", "n", "", "")]
    [InlineData(HistogramValue, "s", "Meter", "", "n", "", "", "0.5=1")]
    [InlineData(HistogramValue, "s", "Meter", "", "n", "", "", "0.5;1")]
    public void What_has_another_shape_is_counted(int id, params string[] texts)
    {
        Take(id, Texts(texts));
        Assert.Equal(1, _table.Malformed);
    }

    [Fact]
    public void What_is_larger_than_any_event_of_the_runtime_is_not_kept()
    {
        Take(GaugeValue, Texts("s", "Meter", "", "n", "", new string('t', 5000), "1"));
        Take(GaugeValue, [.. Texts("s", "Meter", "", "n", "", "", "1"), .. new byte[70_000]]);
        Take(ExponentialHistogramValue, [.. Texts("s", "Meter", "", "n"), .. BitConverter.GetBytes(1), .. Texts("", new string('t', 5000))]);
        Assert.Equal((0, 2L, 1L), (_table.Series.Count, _table.Dropped, _table.Malformed));
    }

    [Fact]
    public void What_is_not_kept_is_on_the_page_whatever_kept_it_out()
    {
        var readings = new TargetReadings(new DotnetOptions { MostSeries = 1 }, new RuntimeInfo("10.0.0", 10, "", "", ""), new RuntimeEvents());
        Tell(GaugeValue, "s", "Meter", "", "n", "", "a=1", "1");
        Tell(GaugeValue, "s", "Meter", "", "n", "", "a=2", "1");
        Tell(GaugeValue, "s", "Meter", "", "n", "", new string('t', 5000), "1");
        Tell(GaugeValue, "s", "Meter", "", "n", "", "a=1", "one");
        Assert.Equal((1, 3L), (readings.SeriesCount, readings.Dropped));

        void Tell(int id, params string[] texts) => readings.Take(new NetTraceEvent(Kind(id), 0, 0, Texts(texts)), null);
    }

    [Fact]
    public void What_was_never_told_is_no_zero()
    {
        Take(GaugeValue, Texts("s", "Meter", "", "n", "", "", ""));
        Assert.True(double.IsNaN(Assert.Single(_table.Series).Value));
    }

    [Fact]
    public void One_name_has_one_kind()
    {
        Take(GaugeValue, Texts("s", "Meter", "", "n", "", "", "1"));
        Take(CounterRate, Texts("s", "Meter", "", "n", "", "", "5", "5"));
        Assert.Equal((1.0, 1L), (Assert.Single(_table.Series).Value, _table.Malformed));
    }

    [Fact]
    public void An_instrument_is_described_before_its_values_come()
    {
        Take(BeginReporting, Texts("s", "Meter", "1.0", "n", "Counter", "", "What it is.", "more"));
        Take(BeginReporting, Texts("s", "Meter", "1.0", "m", "Counter", "", ""));
        Take(BeginReporting, Texts("s", "Meter"));
        Take(CounterRate, Texts("s", "Meter", "1.0", "n", "", "a=b", "5", "5"));
        Take(CounterRate, Texts("s", "Meter", "1.0", "m", "", "", "5", "5"));
        Assert.Equal(["", "What it is."], _table.Series.Select(series => series.Description).Order(StringComparer.Ordinal));
        Assert.Equal(1, _table.Malformed);
    }

    [Fact]
    public void Complaints_are_kept()
    {
        Take(SeriesLimit, Texts("s"));
        Take(Error, Texts("s", "no room"));
        Assert.Equal((true, "Event: no room"), (_table.IsLimited, _table.Complaint));
    }

    [Fact]
    public void That_another_was_refused_is_nothing_to_us()
    {
        Take(OtherSettings, Texts(Guid.NewGuid().ToString(), "100", "10", "1000", "1000", "1", "1"));
        Take(OtherSession, Texts("SHARED"));
        Assert.Null(_table.Refusal);
    }

    [Theory]
    [InlineData("10", "1000", "0.5", true)]
    [InlineData("10", "1000", "60", true)]
    [InlineData("10", "1000", "61", false)]
    [InlineData("10", "1000", "0", false)]
    [InlineData("10", "1000", "0,5", false)]
    [InlineData("10", "-1", "1", false)]
    [InlineData("", "1000", "1", false)]
    public void That_we_were_refused_says_what_holds(string histograms, string series, string seconds, bool isOfUse)
    {
        string ours = _table.Arguments(new DotnetOptions(), 10)["SharedIdentifier"];
        Take(OtherSettings, Texts(ours, histograms, "100", series, "1000", seconds, "1"));
        Assert.NotNull(_table.Refusal);
        Assert.Equal(
            isOfUse ? new MeterSettings(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)), 1000, 10) : null, _table.Refusal.Holding);
    }

    [Fact]
    public void Who_has_a_session_of_its_own_shares_with_nobody()
    {
        Take(OtherSession, Texts("another"));
        Assert.Equal(new MeterRefusal(null), _table.Refusal);
    }

    [Fact]
    public void A_value_of_a_known_series_allocates_nothing()
    {
        byte[] counter = Texts("s", "Meter", "1.0", "count", "", "a=1", "5", "5");
        byte[] histogram = [.. Texts("s", "Meter", "", "time", "s", "", "0.5=1;0.95=2;0.99=3"), .. BitConverter.GetBytes(4), .. BitConverter.GetBytes(6.5)];
        EventMetadata counters = Kind(CounterRate), histograms = Kind(HistogramValue);
        long allocated = 0;
        for (int i = 0; i < 100; i++)
        {
            if (i == 1) allocated = GC.GetAllocatedBytesForCurrentThread();
            _table.Take(new NetTraceEvent(counters, 0, 0, counter));
            _table.Take(new NetTraceEvent(histograms, 0, 0, histogram));
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    [Fact]
    public void Garbage_does_no_harm() => Gen.Select(Gen.Int[0, 20], Gen.Byte.Array[0, 200]).Sample((id, payload) => Take(new MeterTable(3), id, payload));

    [Fact]
    public void Nor_does_a_payload_with_flaws() =>
        Gen.Select(Gen.OneOf(Gen.Const(CounterRate), Gen.Const(HistogramValue), Gen.Const(GaugeValue)), Gen.Int[0, 200], Gen.Byte, Gen.Int[0, 200]).Sample((id, at, value, length) =>
        {
            byte[] payload = [.. Texts("s", "Meter", "1", "time", "s", "k=v", "0.5=1;0.95=2;0.99=3", "7"), .. BitConverter.GetBytes(4), .. BitConverter.GetBytes(6.5)];
            payload[at % payload.Length] = value;
            Take(new MeterTable(3), id, payload[..Math.Min(length, payload.Length)]);
        });

    private void Take(int id, byte[] payload) => Take(_table, id, payload);

    private static void Take(MeterTable table, int id, byte[] payload) => table.Take(new NetTraceEvent(Kind(id), 0, 0, payload));

    private static EventMetadata Kind(int id) => new(MeterTable.Provider, id, "Event", MeterTable.Keywords, 0, 4, []);

    private static byte[] Texts(params string[] texts) => Encoding.Unicode.GetBytes(string.Concat(texts.Select(text => text + '\0')));
}
