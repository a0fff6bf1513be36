using ProcessArsenal.Telemetry.EventPipe.Meters;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;

/// <summary>How the values of a point lie in a snapshot, one after the other: the tick puts them there, the request takes them out.
/// <list type="bullet">
/// <item>a gauge: its value</item>
/// <item>a sum: its value, and 1 if it began at 0 with the session, 0 if it may be older</item>
/// <item>a histogram: count, sum, buckets</item>
/// <item>an exponential one: count, sum, zeros, least, most, scale, index of the first bucket, 1 or 0 as of a sum, number of buckets, buckets</item>
/// </list></summary>
internal static class PointValues
{
    /// <summary>Most values of a point.</summary>
    public const int Most = ExponentialHead + ExponentialBuckets.Most;

    private const int ExponentialHead = 9;

    public static int PutGauge(Span<double> room, double value)
    {
        room[0] = value;
        return 1;
    }

    public static int PutHistogram(Span<double> room, long count, double sum, ReadOnlySpan<long> buckets)
    {
        (room[0], room[1]) = (count, sum);
        for (int i = 0; i < buckets.Length; i++) room[2 + i] = buckets[i];
        return 2 + buckets.Length;
    }

    public static int PutSum(Span<double> room, double value, bool isOfSession)
    {
        (room[0], room[1]) = (value, isOfSession ? 1 : 0);
        return 2;
    }

    public static int PutExponential(Span<double> room, ExponentialBuckets buckets, bool isOfSession)
    {
        (room[0], room[1], room[2], room[3], room[4]) = (buckets.Count, buckets.Sum, buckets.Zeros, buckets.Least, buckets.Greatest);
        (room[5], room[6], room[7], room[8]) = (buckets.Scale, buckets.Offset, isOfSession ? 1 : 0, buckets.Counts.Length);
        for (int i = 0; i < buckets.Counts.Length; i++) room[ExponentialHead + i] = buckets.Counts[i];
        return ExponentialHead + buckets.Counts.Length;
    }

    /// <summary>Writes the next point, and goes behind its values.</summary>
    /// <param name="starts">Since when what is counted.</param>
    public static void Write(MetricsBuilder builder, DotnetPoint point, ref ReadOnlySpan<double> values, in PointStarts starts)
    {
        ulong began = point.IsOfEvents ? starts.Events : starts.Session;
        int count = 2;
        switch (point.Head.Kind)
        {
            case PointKind.Gauge:
                count = 1;
                builder.Number(0, values[0], point.Attributes);
                break;
            case PointKind.Histogram:
                builder.Histogram(began, values[0], values[1], values.Slice(2, point.Head.Buckets), point.Attributes);
                count += point.Head.Buckets;
                break;
            case PointKind.ExponentialHistogram:
                count = ExponentialHead + (int)values[8];
                var value = new ExponentialPoint
                {
                    Count = values[0],
                    Sum = values[1],
                    Zeros = values[2],
                    Least = values[3],
                    Most = values[4],
                    Scale = (int)values[5],
                    Offset = (int)values[6],
                    Buckets = values[ExponentialHead..count],
                };
                builder.Exponential(values[7] != 0 ? began : starts.Process, value, point.Attributes);
                break;
            default:
                builder.Number(values[1] != 0 ? began : starts.Process, values[0], point.Attributes);
                break;
        }
        values = values[count..];
    }
}

/// <summary>When what is counted of a .NET process began, in <see cref="UnixNanoseconds"/>; 0 is unknown.</summary>
/// <param name="Process">It itself.</param>
/// <param name="Session">The session that its instruments are told in: what it counts for those who listen.</param>
/// <param name="Events">The first session: what we count of its events.</param>
internal readonly record struct PointStarts(ulong Process, ulong Session, ulong Events);
