using System.Text;
using CsCheck;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>Payloads as the runtime writes them, and others.</summary>
public sealed class RuntimeCountersTests
{
    private static readonly EventMetadata Level = Kind(
        ("Name", FieldType.String), ("DisplayName", FieldType.String), ("Mean", FieldType.Double), ("StandardDeviation", FieldType.Double), ("Count", FieldType.Int32), ("Min", FieldType.Double),
        ("Max", FieldType.Double), ("IntervalSec", FieldType.Single), ("Series", FieldType.String), ("CounterType", FieldType.String), ("Metadata", FieldType.String), ("DisplayUnits", FieldType.String));

    private static readonly EventMetadata Increment = Kind(
        ("Name", FieldType.String), ("DisplayName", FieldType.String), ("DisplayRateTimeScale", FieldType.String), ("Increment", FieldType.Double), ("IntervalSec", FieldType.Single),
        ("Metadata", FieldType.String), ("Series", FieldType.String), ("CounterType", FieldType.String), ("DisplayUnits", FieldType.String));

    private readonly RuntimeCounters _counters = new();

    [Fact]
    public void Increments_add_up()
    {
        Add("alloc-rate", 1000);
        Add("alloc-rate", 500);
        MeterSeries series = Assert.Single(_counters.Series);
        Assert.Equal(
            ("System.Runtime", "", "dotnet.gc.heap.total_allocated", "By", "", MeterKind.Counter, 1500, 1, 1),
            (series.Meter, series.Version, series.Instrument, series.Unit, series.Tags, series.Kind, series.Value, series.Interval, _counters.Intervals));
    }

    [Fact]
    public void A_collection_is_counted_in_its_own_generation()
    {
        foreach ((int first, int second, int third) in new[] { (5, 3, 1), (2, 0, 0) })
        {
            Add("gen-0-gc-count", first);
            Add("gen-1-gc-count", second);
            Add("gen-2-gc-count", third);
        }
        Assert.Equal([("gc.heap.generation=gen0", 4), ("gc.heap.generation=gen1", 2), ("gc.heap.generation=gen2", 1)], _counters.Series.Select(s => (s.Tags, s.Value)));
    }

    /// <summary>It came after generation 0 was polled.</summary>
    [Fact]
    public void One_that_comes_in_between_makes_nothing_fall()
    {
        double least = 0;
        foreach ((int first, int second) in new[] { (0, 1), (3, 0), (0, 1), (1, 0) })
        {
            Add("gen-0-gc-count", first);
            Add("gen-1-gc-count", second);
            Assert.True(_counters.Series.First().Value >= least);
            least = _counters.Series.First().Value;
        }
        Assert.Equal(2, least);
    }

    [Fact]
    public void Units_are_those_of_the_instruments()
    {
        Tell("working-set", 123.456789);
        Add("time-in-jit", 12.5);
        Assert.Equal([("By", 123_456_789), ("s", 0.0125)], _counters.Series.Select(s => (s.Unit, s.Value)));
    }

    [Fact]
    public void Before_the_first_collection_there_is_no_last_one()
    {
        Tell("gc-committed", 0);
        Tell("gen-0-size", 0);
        Assert.Empty(_counters.Series);
        Tell("gc-committed", 2);
        Tell("gen-0-size", 0);
        Assert.Equal([2_000_000, 0], _counters.Series.Select(s => s.Value));
    }

    [Fact]
    public void What_NET_9_has_no_instrument_for_is_left_out()
    {
        foreach (string name in (string[])["cpu-usage", "gc-heap-size", "gc-fragmentation", "time-in-gc", "gen-0-gc-budget", "another"]) Tell(name, 1);
        Assert.Equal((0, 0), (_counters.Series.Count, _counters.Malformed));
    }

    [Fact]
    public void What_has_another_shape_is_counted()
    {
        Take(Increment, Payload("working-set", 1));
        Take(Level, Payload("alloc-rate", 1));
        Tell("working-set", double.NaN);
        Add("alloc-rate", double.PositiveInfinity);
        Take(Level, Payload("working-set", 1)[..30]);
        Take(Kind(("Name", FieldType.String), ("Mean", FieldType.Array)), Payload("working-set", 1));
        Take(Kind(), []);
        Assert.Equal((0, 7), (_counters.Series.Count, _counters.Malformed));
    }

    [Fact]
    public void Other_events_of_the_provider_are_none_of_its()
    {
        Take(Level with { Name = "AppContextSwitch" }, []);
        Assert.Equal((0, 0), (_counters.Series.Count, _counters.Malformed));
    }

    [Fact]
    public void One_that_is_known_allocates_nothing()
    {
        byte[] level = Payload("working-set", 1), increment = IncrementPayload("gen-2-gc-count", 1);
        long allocated = 0;
        for (int i = 0; i < 100; i++)
        {
            if (i == 1) allocated = GC.GetAllocatedBytesForCurrentThread();
            Take(Level, level);
            Take(Increment, increment);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    [Fact]
    public void Garbage_does_no_harm() => Gen.Select(Gen.Bool, Gen.Byte.Array[0, 200]).Sample((isLevel, payload) => Take(new RuntimeCounters(), isLevel ? Level : Increment, payload));

    [Fact]
    public void Nor_do_fields_of_any_kind() =>
        Gen.Select(Gen.Select(Gen.OneOf(Gen.Const("Name"), Gen.Const("Mean"), Gen.Const("Increment")), Gen.Int[0, 20]).Array[0, 12], Gen.Byte.Array[0, 100]).Sample((fields, payload) =>
            Take(new RuntimeCounters(), Kind([.. fields.Select(field => (field.Item1, (FieldType)field.Item2))]), payload));

    [Fact]
    public void Nor_does_a_payload_with_flaws() => Gen.Select(Gen.Bool, Gen.Int[0, 300], Gen.Byte, Gen.Int[0, 300]).Sample((isLevel, at, value, length) =>
    {
        var counters = new RuntimeCounters(); // Samples run side by side.
        byte[] payload = isLevel ? Payload("working-set", 1) : IncrementPayload("gen-1-gc-count", 1);
        payload[at % payload.Length] = value;
        for (int i = 0; i < 3; i++) Take(counters, isLevel ? Level : Increment, payload[..Math.Min(length, payload.Length)]);
        Assert.All(counters.Series, s => Assert.True(double.IsFinite(s.Value)));
    });

    private void Tell(string name, double value) => Take(Level, Payload(name, value));

    private void Add(string name, double value) => Take(Increment, IncrementPayload(name, value));

    private void Take(EventMetadata kind, byte[] payload) => Take(_counters, kind, payload);

    private static void Take(RuntimeCounters counters, EventMetadata kind, byte[] payload) => counters.Take(new NetTraceEvent(kind, 0, 0, payload));

    private static EventMetadata Kind(params (string Name, FieldType Type)[] fields) =>
        new(RuntimeCounters.Provider, 3, "EventCounters", 0, 0, 0, [new EventField("", FieldType.Object, [new EventField("Payload", FieldType.Object, [.. fields.Select(field => new EventField(field.Name, field.Type, []))])])]);

    private static byte[] Payload(string name, double value) =>
    [
        .. Texts(name, "Display"), .. BitConverter.GetBytes(value), .. BitConverter.GetBytes(0.0), .. BitConverter.GetBytes(1), .. BitConverter.GetBytes(value), .. BitConverter.GetBytes(value),
        .. BitConverter.GetBytes(1f), .. Texts("Interval=1000", "Mean", "", "MB"),
    ];

    private static byte[] IncrementPayload(string name, double value) =>
        [.. Texts(name, "Display", "00:00:01"), .. BitConverter.GetBytes(value), .. BitConverter.GetBytes(1f), .. Texts("", "Interval=1000", "Sum", "B")];

    private static byte[] Texts(params string[] texts) => Encoding.Unicode.GetBytes(string.Concat(texts.Select(text => text + '\0')));
}
