using System.Globalization;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.EventPipe.Meters;

/// <summary>What one histogram with one set of tags has told by exponential buckets (event Base2ExponentialHistogramValuePublished of .NET 10), so that
/// the series can be told what has come since. It tells all it recorded since it is listened to, at a scale that becomes coarser as its range grows.
/// <para>A bucket that lies on both sides of a bound of the series is counted at the first bound that is not below its upper end: a bucket of the
/// series says how many values are <b>known</b> to be within its bound. Some percent of the values just below a bound are counted at the next one. What
/// was known stays known when the scale becomes coarser. Count, sum and the number of zeros are exact.</para></summary>
/// <param name="room">Where a telling is read to, so that the series keeps the exponential buckets too; null: it does not.</param>
internal sealed class ExponentialHistogram(MeterSeries series, ExponentialBuckets? room = null)
{
    /// <summary>Those of MetricsEventSource; more would be no count.</summary>
    private const int LeastScale = -11, MostScale = 20;
    private const long MostCount = 1L << 53;
    private const double LogarithmOfE = 1.4426950408889634; // to base 2

    private readonly BucketLadder _ladder = BucketLadder.Of(series.Unit);
    private readonly long[] _known = new long[series.Bounds.Length];
    private long _count;
    private double _sum;
    private ExponentialBuckets? _told;

    /// <summary>What it adds to.</summary>
    public MeterSeries Series => series;

    /// <summary>Takes what follows the tags: scale, sum, count, count of zeros, minimum, maximum, and the counts of buckets as text. Which bucket the
    /// first one is isn't told: the last one is where the maximum falls.</summary>
    /// <returns>False if it does not have that shape, or contradicts itself; then it is not taken.</returns>
    public bool TryTake(ref BinaryCursor cursor)
    {
        int scale = cursor.ReadInt32();
        double sum = BitConverter.Int64BitsToDouble(cursor.ReadInt64());
        long count = cursor.ReadInt64(), zeros = cursor.ReadInt64();
        double least = BitConverter.Int64BitsToDouble(cursor.ReadInt64()), most = BitConverter.Int64BitsToDouble(cursor.ReadInt64());
        ReadOnlySpan<char> buckets = cursor.ReadText();
        if (cursor.HasFailed || scale is < LeastScale or > MostScale || count is < 0 or > MostCount || zeros < 0 || zeros > count || !(sum >= 0 && double.IsFinite(sum))) return false;
        if (!TryAdd(buckets, count - zeros, out int last)) return false;
        if (last >= 0 && !(most > 0 && double.IsFinite(most))) return false;

        Span<long> known = stackalloc long[_known.Length];
        double first = last < 0 ? 0 : IndexOf(most, scale) - last;
        Fill(known, buckets, last, first, scale, most, zeros);
        if (room is not null)
        {
            room.Set(buckets, first, scale, zeros, sum, least, most);
            Keep(room);
        }
        Tell(known, count, sum);
        return true;
    }

    /// <summary>Where the runtime counts a value (MapToIndex of its Base2ExponentialHistogramAggregator).</summary>
    internal static double IndexOf(double value, int scale)
    {
        if (scale <= 0) return Math.Floor(Math.ScaleB(Math.ILogB(value) - (double.IsPow2(value) ? 1 : 0), scale));
        return double.IsPow2(value) ? Math.ScaleB(Math.ILogB(value), scale) - 1 : Math.Ceiling(Math.Log(value) * Math.ScaleB(LogarithmOfE, scale)) - 1;
    }

    /// <summary>Whether the buckets are numbers, and no more than there are values.</summary>
    /// <param name="last">The last one that is not empty, or -1.</param>
    private static bool TryAdd(ReadOnlySpan<char> buckets, long most, out int last)
    {
        last = -1;
        int index = 0;
        foreach (Range part in buckets.Split(','))
        {
            if (!TryRead(buckets[part], out long bucket)) return buckets.IsEmpty;
            if (bucket > most) return false;
            most -= bucket;
            if (bucket > 0) last = index;
            index++;
        }
        return true;
    }

    /// <summary>Adds to the exponential buckets of the series what has come; see <see cref="Tell"/>.</summary>
    private void Keep(ExponentialBuckets told)
    {
        _told ??= new ExponentialBuckets();
        series.Exponential ??= new ExponentialBuckets();
        if (told.Count < _told.Count || told.Sum < _told.Sum) _told.Clear();
        series.Exponential.AddGrowth(_told, told);
        _told.Set(told);
    }

    /// <summary>Counts each bucket at its bound, and adds up.</summary>
    /// <param name="index">Of the first one.</param>
    private void Fill(Span<long> known, ReadOnlySpan<char> buckets, int last, double index, int scale, double most, long zeros)
    {
        double[] bounds = _ladder.Bounds;
        int at = 0, bound = 0;
        foreach (Range part in buckets.Split(','))
        {
            if (at > last) break;
            _ = TryRead(buckets[part], out long bucket);
            // The last one ends at the maximum.
            while (bound < bounds.Length && index > _ladder.LastBelow(bound, scale) && !(at == last && most <= bounds[bound])) bound++;
            if (bound == bounds.Length) break;
            known[bound] += bucket;
            at++;
            index++;
        }
        known[0] += zeros; // No bound is below 0.
        for (int i = 1; i < known.Length; i++) known[i] += known[i - 1];
    }

    /// <summary>Adds to the series what has come since it told the last time. An instrument that begins anew, in another meter of that name, has told
    /// nothing yet.</summary>
    private void Tell(ReadOnlySpan<long> known, long count, double sum)
    {
        if (count < _count || sum < _sum)
        {
            (_count, _sum) = (0, 0);
            Array.Clear(_known);
        }
        series.Count = Sum(series.Count, count - _count);
        series.Value += sum - _sum;
        series.Buckets ??= new long[_known.Length];
        for (int i = 0; i < known.Length; i++)
        {
            if (known[i] <= _known[i]) continue;
            series.Buckets[i] = Sum(series.Buckets[i], known[i] - _known[i]);
            _known[i] = known[i];
        }
        (_count, _sum) = (count, sum);
    }

    private static long Sum(long total, long more) => total > long.MaxValue - more ? long.MaxValue : total + more;

    private static bool TryRead(ReadOnlySpan<char> text, out long bucket) =>
        long.TryParse(text, NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out bucket);
}
