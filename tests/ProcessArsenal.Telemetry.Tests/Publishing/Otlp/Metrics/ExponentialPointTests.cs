using CsCheck;
using Opentelemetry.Proto.Metrics.V1;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using EventPipeHistogram = ProcessArsenal.Telemetry.EventPipe.Meters.ExponentialHistogram;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Metrics;

/// <summary>Exponential buckets on their way from the event to the receiver.</summary>
public sealed class ExponentialPointTests : IDisposable
{
    private readonly KnownSnapshot _known = new();

    public void Dispose() => _known.Dispose();

    [Fact]
    public void They_are_what_was_told()
    {
        double[] values = [0, 0, 0.003, 0.02, 0.02, 0.3, 7, 70];
        ExponentialHistogramDataPoint point = Sent([values], 3);
        Assert.Equal((8UL, values.Sum(), 2UL, 3, 0.0, 70.0), (point.Count, point.Sum, point.ZeroCount, point.Scale, point.Min, point.Max));
        AssertHolds(point, values);
    }

    /// <summary>Where another tool listened first, with the same settings: its intervals go on, so that a first telling is not all of one.</summary>
    [Theory]
    [InlineData("", true)]
    [InlineData("31", true)]
    [InlineData("2", false)]
    public void They_are_older_than_a_session_that_was_joined(string rate, bool isOfSession)
    {
        DateTimeOffset began = _known.Bench.Time.GetUtcNow();
        MeterStream stream = new MeterStream(10).Begin(began);
        stream.Exponential("Shop", "a", "s", "", [1], 0);
        stream.Counter("System.Runtime", "dotnet.gc.collections", "", "", rate, "31");
        stream.Exponential("Shop", "b", "s", "", [1], 0);
        stream.AddTo(_known.Snapshot, 0);
        DateTimeOffset start = isOfSession ? began : _known.Snapshot.Processes[0].Description.StartTime!.Value;
        foreach (string name in (string[])["a", "b"])
            Assert.Equal((ulong)(start - DateTimeOffset.UnixEpoch).Ticks * 100, _known.Metric(200, name).ExponentialHistogram.DataPoints[0].StartTimeUnixNano);
    }

    [Fact]
    public void An_empty_one_is_zero()
    {
        ExponentialHistogramDataPoint point = Sent([[]], 20);
        Assert.Equal((0UL, 0.0, 0UL, false, false, null), (point.Count, point.Sum, point.ZeroCount, point.HasMin, point.HasMax, point.Positive));
    }

    [Fact]
    public void What_spans_all_numbers_has_a_coarse_scale()
    {
        double[] values = [1e-300, 5, 1e300];
        AssertHolds(Sent([values], -5), values);
    }

    /// <summary>Whatever is told in however many parts and at which scales, by one instrument or two of one name: every value is in the bucket that the
    /// data model has for it, count and sum are those of the series, and no bucket falls when the instrument begins anew.</summary>
    [Fact]
    public void They_hold_all_values() =>
        Gen.Select(Gen.Select(Gen.Double[0, 20], Gen.Int[-12, 12], (mantissa, power) => mantissa * Math.Pow(10, power)).Array[1, 30].Array[1, 5], Gen.Int[-2, 10], Gen.Int[0, 3], Gen.Int[0, 1])
            .Sample((parts, scale, coarser, other) =>
            {
                var total = new ExponentialBuckets();
                var told = new ExponentialBuckets[] { new(), new() };
                var values = new List<double>();
                var of = new List<double>[] { [], [] };
                for (int i = 0; i < parts.Length; i++)
                {
                    int instrument = i % (other + 1);
                    of[instrument].AddRange(parts[i]);
                    values.AddRange(parts[i]);
                    var now = new ExponentialBuckets();
                    Tell(now, [.. of[instrument]], scale);
                    total.AddGrowth(told[instrument], now);
                    told[instrument] = now;
                    scale -= coarser;
                }
                Assert.Equal((values.Count, values.Count(value => value == 0)), (total.Count, total.Zeros));
                Assert.Equal(values.Sum(), total.Sum, 6 + values.Sum() / 1e9);
                Assert.Equal((values.Min(), values.Max()), (total.Least, total.Greatest));
                Assert.InRange(total.Counts.Length, 0, ExponentialBuckets.Most);
                for (int i = 0; i < total.Counts.Length; i++)
                    Assert.Equal(values.Count(value => value > 0 && IndexOf(value, total.Scale) == total.Offset + i), total.Counts[i]);
            });

    private static void Tell(ExponentialBuckets buckets, double[] values, int scale)
    {
        double[] positive = [.. values.Where(value => value > 0)];
        if (positive.Length == 0) buckets.Set("", 0, scale, values.Length, values.Sum(), values.Min(), values.Max());
        else
        {
            long first = IndexOf(positive.Min(), scale), last = IndexOf(positive.Max(), scale);
            IEnumerable<int> counts = Enumerable.Range(0, (int)(last - first) + 1).Select(i => positive.Count(value => IndexOf(value, scale) == first + i));
            buckets.Set(string.Join(", ", counts), first, scale, values.Length - positive.Length, values.Sum(), values.Min(), values.Max());
        }
    }

    private static long IndexOf(double value, int scale) => (long)EventPipeHistogram.IndexOf(value, Math.Max(scale, 1)) >> Math.Max(0, 1 - scale);

    /// <summary>By plain arithmetic, a little tolerance at the bounds.</summary>
    private static void AssertHolds(ExponentialHistogramDataPoint point, double[] values)
    {
        double root = Math.Pow(2, Math.Pow(2, -point.Scale));
        ulong[] counts = [.. point.Positive.BucketCounts];
        Assert.Equal(values.Count(value => value > 0), counts.Sum(count => (int)count));
        for (int i = 0; i < counts.Length; i++)
        {
            double low = Math.Pow(root, point.Positive.Offset + i), high = Math.Pow(root, point.Positive.Offset + i + 1);
            Assert.Equal(values.Count(value => value > low * (1 + 1e-12) && value <= high * (1 + 1e-12)), (int)counts[i]);
        }
    }

    private ExponentialHistogramDataPoint Sent(double[][] tellings, int scale)
    {
        MeterStream stream = new MeterStream(10).Begin(_known.Bench.Time.GetUtcNow());
        foreach (double[] values in tellings) stream.Exponential("Shop", "time", "s", "a=1", values, scale);
        stream.AddTo(_known.Snapshot, 0);
        MeterSeries series = stream.Readings.Series.Single();
        ExponentialHistogramDataPoint point = Assert.Single(_known.Metric(200, "time").ExponentialHistogram.DataPoints);
        Assert.Equal(((ulong)series.Count, series.Value, "a", "1"), (point.Count, point.Sum, point.Attributes[0].Key, point.Attributes[0].Value.StringValue));
        return point;
    }
}
