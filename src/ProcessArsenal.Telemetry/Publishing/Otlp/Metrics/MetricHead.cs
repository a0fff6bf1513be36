using System.Runtime.InteropServices;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;

/// <summary>What the points of a metric are
/// (<see href="https://opentelemetry.io/docs/specs/otel/metrics/data-model/">data model</see>).</summary>
internal enum PointKind : byte
{
    /// <summary>A monotonic sum, cumulative.</summary>
    Counter,

    /// <summary>A sum that is not monotonic, cumulative.</summary>
    UpDownCounter,

    /// <summary>A level, of no interval of time.</summary>
    Gauge,

    /// <summary>Count and sum, cumulative; buckets if there are bounds.</summary>
    Histogram,

    /// <summary>Exponential buckets, cumulative.</summary>
    ExponentialHistogram,
}

/// <summary>What is the same of a metric in every request: name, description, unit, encoded once, and what its points are.</summary>
internal sealed class MetricHead
{
    /// <summary>Longest description, in UTF-16 units; the rest is cut.</summary>
    public const int LongestDescription = 300;

    /// <param name="unit">UCUM. What is in seconds, and every gauge, may have fractions: all its points are doubles.</param>
    /// <param name="bounds">Of a histogram with buckets.</param>
    public MetricHead(string name, string unit, string description, PointKind kind, double[]? bounds = null)
    {
        Kind = kind;
        IsWhole = unit != "s" && kind is PointKind.Counter or PointKind.UpDownCounter;
        var writer = new ProtobufWriter();
        writer.WriteString(1, name);
        if (description.Length > 0) writer.WriteString(2, description.AsSpan(0, Math.Min(description.Length, LongestDescription)));
        if (unit.Length > 0) writer.WriteString(3, unit);
        Fields = writer.Written.ToArray();
        if (bounds is null) return;
        writer.Clear();
        writer.WriteBytes(7, MemoryMarshal.AsBytes<double>(bounds)); // Doubles lie in memory as they are sent: little-endian, as Linux is where .NET runs.
        Bounds = writer.Written.ToArray();
        Buckets = bounds.Length + 1;
    }

    public PointKind Kind { get; }

    /// <summary>Points are integers, unless one has a fraction nonetheless.</summary>
    public bool IsWhole { get; }

    /// <summary>Fields 1 to 3 of Metric.</summary>
    public byte[] Fields { get; }

    /// <summary>Field explicit_bounds of HistogramDataPoint; empty if there are none.</summary>
    public byte[] Bounds { get; } = [];

    /// <summary>Of a histogram, the one without a bound included; 0 if it has none.</summary>
    public int Buckets { get; }

    /// <summary>The field of Metric that holds the points.</summary>
    public int DataField => Kind switch
    {
        PointKind.Gauge => 5,
        PointKind.Histogram => 9,
        PointKind.ExponentialHistogram => 10,
        _ => 7,
    };

    /// <summary>The field of a point that holds its attributes.</summary>
    public int AttributesField => Kind switch
    {
        PointKind.Histogram => 9,
        PointKind.ExponentialHistogram => 1,
        _ => 7,
    };
}
