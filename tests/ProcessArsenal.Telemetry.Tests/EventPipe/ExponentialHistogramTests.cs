using System.Text;
using CsCheck;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>Buckets as a histogram of .NET 10 tells them, against the values that it recorded.</summary>
public sealed class ExponentialHistogramTests
{
    private const int HistogramValue = 6, ExponentialHistogramValue = 19;

    private readonly MeterTable _table = new(3);

    [Fact]
    public void Values_are_counted_at_their_bounds()
    {
        Take(Told([0, 0, 0.003, 0.02, 0.02, 0.3, 7, 70]));
        MeterSeries series = Assert.Single(_table.Series);
        Assert.Equal((8, 77.343), (series.Count, Math.Round(series.Value, 9)));
        Assert.Equal([3, 3, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 7, 7], series.Buckets!);
        Assert.Equal(series.Bounds.Length, series.Buckets!.Length);
    }

    [Fact]
    public void Other_units_have_other_bounds()
    {
        Take(Told([0, 3, 3000, 1e6]), unit: "By");
        Assert.Equal([1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3], Assert.Single(_table.Series).Buckets!);
    }

    [Fact]
    public void A_bucket_on_both_sides_of_a_bound_is_counted_above_it()
    {
        // At scale 0 a bucket ends at twice its beginning: 0.09 and 0.11 share that from 1/16 to 1/8.
        Take(Told([0.09, 0.11, 3], scale: 0));
        Assert.Equal([0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 3, 3, 3], Assert.Single(_table.Series).Buckets!); // 3 is at most 5: one ends at 4.
    }

    [Fact]
    public void The_last_bucket_ends_at_the_maximum()
    {
        Take(Told([0.1, 0.1], scale: 0));
        Assert.Equal([0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2], Assert.Single(_table.Series).Buckets!);
    }

    [Fact]
    public void What_was_known_stays_known_when_the_scale_becomes_coarser()
    {
        Take(Told([0.09, 0.4], scale: 10));
        Take(Told([0.09, 0.4, 0.4], scale: 0));
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 3, 3, 3, 3, 3, 3, 3], Assert.Single(_table.Series).Buckets!);
    }

    [Fact]
    public void Two_instruments_of_one_name_make_one_series()
    {
        Take(Told([0.2]), number: 1);
        Take(Told([0.3, 0.3]), number: 2);
        Take(Told([0.2, 0.2]), number: 1);
        Take(Told([0.3, 0.3]), number: 2);
        Take(Told([0.2]), number: 1); // It has begun anew.
        MeterSeries series = Assert.Single(_table.Series);
        Assert.Equal((5, 1.2, 3, 5), (series.Count, Math.Round(series.Value, 9), series.Buckets![6], series.Buckets[7]));
    }

    [Fact]
    public void Quantiles_bring_no_buckets()
    {
        Take(HistogramValue, [.. Texts("s", "Meter", "1.0", "time", "s", "a=1", "0.5=1"), .. BitConverter.GetBytes(4), .. BitConverter.GetBytes(6.5)]);
        Assert.Null(Assert.Single(_table.Series).Buckets);
        Take(Told([0.2]));
        MeterSeries series = Assert.Single(_table.Series);
        Assert.Equal((5, 6.7, 1), (series.Count, series.Value, series.Buckets![^1])); // Of the other four nothing is known.
    }

    [Fact]
    public void An_empty_one_is_zero()
    {
        Take(new Telling(20, 0, 0, 0, double.MaxValue, double.MinValue, ""));
        MeterSeries series = Assert.Single(_table.Series);
        Assert.Equal((0, 0, 0, 0), (series.Count, series.Value, series.Buckets!.Sum(), _table.Malformed));
    }

    public static TheoryData<string> Contradictions => ["a scale beyond all", "more in buckets than there are", "fewer than none", "more zeros than values", "buckets without a maximum", "no number", "not a number", "a negative bucket", "nothing after the tags"];

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void What_contradicts_itself_is_not_taken(string kind)
    {
        Telling good = Told([0.2, 0.3]);
        Telling bad = kind switch
        {
            "a scale beyond all" => good with { Scale = 21 },
            "more in buckets than there are" => good with { Count = 1 },
            "fewer than none" => good with { Count = -1 },
            "more zeros than values" => good with { Zeros = 3 },
            "buckets without a maximum" => good with { Most = double.MinValue },
            "no number" => good with { Buckets = "1, one" },
            "not a number" => good with { Sum = double.NaN },
            "a negative bucket" => good with { Buckets = "1, -1" },
            _ => good with { Buckets = null },
        };
        Take(bad);
        MeterSeries series = Assert.Single(_table.Series);
        Assert.Equal((1, 0, null), (_table.Malformed, series.Count, series.Buckets));
    }

    [Fact]
    public void What_is_beyond_the_most_is_counted()
    {
        for (int i = 0; i < 5; i++) Take(Told([0.2]), number: i);
        Assert.Equal((1, 2), (_table.Series.Count, _table.Dropped));
    }

    [Fact]
    public void One_name_has_one_kind()
    {
        Take(5, Texts("s", "Meter", "1.0", "time", "s", "a=1", "1"));
        Take(Told([0.2]));
        Assert.Equal((MeterKind.Gauge, 1.0, 1L), (Assert.Single(_table.Series).Kind, _table.Series.Single().Value, _table.Malformed));
    }

    [Fact]
    public void One_that_is_known_allocates_nothing()
    {
        byte[] payload = Payload(Told([.. Enumerable.Range(1, 150).Select(i => i / 1000.0)]));
        EventMetadata kind = Kind(ExponentialHistogramValue);
        long allocated = 0;
        for (int i = 0; i < 100; i++)
        {
            if (i == 1) allocated = GC.GetAllocatedBytesForCurrentThread();
            _table.Take(new NetTraceEvent(kind, 0, 0, payload));
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    [Fact]
    public void Buckets_are_asked_for_where_the_runtime_has_them()
    {
        Assert.Equal("scale=20;maxBuckets=160;reportDeltas=false", new MeterTable(1).Arguments(new DotnetOptions(), 10)["Base2ExponentialHistogram"]);
        Assert.False(new MeterTable(1).Arguments(new DotnetOptions(), 9).ContainsKey("Base2ExponentialHistogram"));
    }

    /// <summary>Whatever is recorded in however many parts: no bucket says more than is true, none falls, and what it leaves out is within the width of
    /// an exponential bucket.</summary>
    [Fact]
    public void Buckets_are_true() =>
        Gen.Select(Gen.Double[0, 20].Array[1, 40].Array[1, 5], Gen.Int[-3, 12], Gen.Int[0, 3]).Sample((parts, scale, coarser) =>
        {
            var table = new MeterTable(1);
            var values = new List<double>();
            long[]? before = null;
            foreach (double[] part in parts)
            {
                values.AddRange(part);
                Telling told = Told([.. values], scale);
                table.Take(new NetTraceEvent(Kind(ExponentialHistogramValue), 0, 0, Payload(told)));
                MeterSeries series = table.Series.Single();
                for (int i = 0; i < series.Bounds.Length; i++)
                {
                    double bound = series.Bounds[i], surely = bound / Math.Pow(2, Math.ScaleB(1, -told.Scale));
                    Assert.InRange(series.Buckets![i], values.Count(v => v <= surely * (1 - 1e-12)), values.Count(v => v <= bound));
                    Assert.True(before is null || series.Buckets[i] >= before[i]);
                }
                Assert.Equal((values.Count, 0), (series.Count, table.Malformed));
                before = [.. series.Buckets!];
                scale = Math.Max(told.Scale - coarser, -11);
            }
        });

    [Fact]
    public void Garbage_does_no_harm() => Gen.Byte.Array[0, 300].Sample(payload => Take(new MeterTable(3), ExponentialHistogramValue, payload));

    [Fact]
    public void Nor_does_a_payload_with_flaws() => Gen.Select(Gen.Int[0, 400], Gen.Byte, Gen.Int[0, 400], Gen.Int[0, 3]).Sample((at, value, length, times) =>
    {
        var table = new MeterTable(3); // Samples run side by side.
        byte[] payload = Payload(Told([0, 0.001, 0.2, 0.3, 9, 50], scale: 2));
        payload[at % payload.Length] = value;
        for (int i = 0; i < times; i++) Take(table, ExponentialHistogramValue, payload[..Math.Min(length, payload.Length)]);
    });

    /// <summary>As the runtime would tell it, by plain arithmetic.</summary>
    private static Telling Told(double[] values, int scale = 10)
    {
        double[] positive = [.. values.Where(v => v > 0)];
        string buckets = "";
        if (positive.Length > 0)
        {
            long[] indexes = [.. positive.Select(v => (long)Math.Ceiling(Math.Log2(v) * Math.Pow(2, scale)) - 1)];
            var counts = new List<string>();
            if (indexes.Max() - indexes.Min() >= 160) return Told(values, scale - 1);
            for (long i = indexes.Min(); i <= indexes.Max(); i++) counts.Add($"{indexes.Count(index => index == i)}");
            buckets = string.Join(", ", counts);
        }
        return new Telling(scale, values.Sum(), values.Length, values.Length - positive.Length, values.Min(), values.Max(), buckets);
    }

    private void Take(Telling telling, string unit = "s", int number = 7) => Take(ExponentialHistogramValue, Payload(telling, unit, number));

    private void Take(int id, byte[] payload) => Take(_table, id, payload);

    private static void Take(MeterTable table, int id, byte[] payload) => table.Take(new NetTraceEvent(Kind(id), 0, 0, payload));

    private static EventMetadata Kind(int id) => new(MeterTable.Provider, id, "Event", MeterTable.Keywords, 0, 4, []);

    private static byte[] Payload(Telling telling, string unit = "s", int number = 7) =>
    [
        .. Texts("s", "Meter", "1.0", "time"), .. BitConverter.GetBytes(number), .. Texts(unit, "a=1"), .. BitConverter.GetBytes(telling.Scale), .. BitConverter.GetBytes(telling.Sum),
        .. BitConverter.GetBytes(telling.Count), .. BitConverter.GetBytes(telling.Zeros), .. BitConverter.GetBytes(telling.Least), .. BitConverter.GetBytes(telling.Most),
        .. telling.Buckets is null ? [] : Texts(telling.Buckets),
    ];

    private static byte[] Texts(params string[] texts) => Encoding.Unicode.GetBytes(string.Concat(texts.Select(text => text + '\0')));

    private sealed record Telling(int Scale, double Sum, long Count, long Zeros, double Least, double Most, string? Buckets);
}
