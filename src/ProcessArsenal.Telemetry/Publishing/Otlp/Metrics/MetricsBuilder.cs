namespace ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;

/// <summary>Puts points into an ExportMetricsServiceRequest. Resource, scope and metric are named before, and begun when the first point of theirs comes:
/// what has no point is not there. Fields are in the order of their numbers. Used by one thread.</summary>
internal sealed class MetricsBuilder
{
    /// <summary>About how many bytes a point has, without attributes.</summary>
    public const int PointSize = 35;

    private const int Cumulative = 2;
    private const int ResourceSize = 2000, ScopeSize = 1500;

    private ProtobufWriter _writer = null!;
    private byte[] _resource = [], _scope = [];
    private MetricHead _head = null!;
    private OpenMessage _openResource, _openScope, _openMetric, _openData;
    private Level _level;
    private int _dataSize;
    private ulong _time;

    /// <summary>How far it is begun.</summary>
    private enum Level
    {
        Request,
        Resource,
        Scope,
        Metric,
    }

    /// <summary>Points in the request so far.</summary>
    public int Points { get; set; }

    /// <summary>Begins a request.</summary>
    /// <param name="time">When the values were read, in <see cref="UnixNanoseconds"/>.</param>
    public void Begin(ProtobufWriter writer, ulong time) => (_writer, _time, Points, _level) = (writer, time, 0, Level.Request);

    /// <summary>What follows is about another resource, or nothing does.</summary>
    /// <param name="body">Of the message Resource.</param>
    public void Resource(byte[] body)
    {
        CloseTo(Level.Request);
        _resource = body;
    }

    /// <param name="body">Of the message InstrumentationScope.</param>
    public void Scope(byte[] body)
    {
        if (ReferenceEquals(body, _scope) && _level >= Level.Scope) return;
        CloseTo(Level.Resource);
        _scope = body;
    }

    /// <param name="expected">About how many bytes its points will have.</param>
    public void Metric(MetricHead head, int expected = PointSize)
    {
        CloseTo(Level.Scope);
        (_head, _dataSize) = (head, expected);
    }

    public void Close() => CloseTo(Level.Request);

    /// <summary>A point of a sum or a gauge. What the data model does not allow is left out: what is no number, an infinite sum, a negative counter.
    /// </summary>
    /// <param name="start">Of the time that it is about; 0 for a gauge, or if that is not known.</param>
    /// <param name="attributes">Encoded with the field's tag.</param>
    public void Number(ulong start, double value, byte[] attributes)
    {
        if (double.IsNaN(value)) return;
        if (_head.Kind != PointKind.Gauge && (double.IsInfinity(value) || (_head.Kind == PointKind.Counter && value < 0))) return;
        Open();
        _writer.WriteHead(1, (start != 0 ? 3 : 2) * ProtobufWriter.Fixed64Size + attributes.Length);
        WriteTimes(start);
        if (_head.IsWhole && IsInteger(value)) _writer.WriteFixed64(6, (ulong)(long)value);
        else _writer.WriteDouble(4, value);
        _writer.WriteEncoded(attributes);
    }

    /// <summary>A point of a histogram with fixed bounds, or none: then it says count and sum alone.</summary>
    /// <param name="buckets">As many as the metric has.</param>
    public void Histogram(ulong start, double count, double sum, ReadOnlySpan<double> buckets, byte[] attributes)
    {
        OpenMessage point = BeginPoint(PointSize + _head.Bounds.Length + sizeof(ulong) * buckets.Length);
        WriteTimes(start);
        if (count > 0) _writer.WriteFixed64(4, (ulong)count);
        if (double.IsFinite(sum)) _writer.WriteDouble(5, sum);
        if (!buckets.IsEmpty)
        {
            OpenMessage packed = _writer.BeginMessage(6, sizeof(ulong) * buckets.Length);
            foreach (double bucket in buckets) _writer.AddFixed64((ulong)bucket);
            _writer.EndMessage(packed);
            _writer.WriteEncoded(_head.Bounds);
        }
        _writer.WriteEncoded(attributes);
        _writer.EndMessage(point);
    }

    /// <summary>A point of a histogram with exponential buckets.</summary>
    public void Exponential(ulong start, in ExponentialPoint value, byte[] attributes)
    {
        OpenMessage point = BeginPoint(PointSize + attributes.Length + 2 * value.Buckets.Length);
        _writer.WriteEncoded(attributes);
        WriteTimes(start);
        if (value.Count > 0) _writer.WriteFixed64(4, (ulong)value.Count);
        if (double.IsFinite(value.Sum)) _writer.WriteDouble(5, value.Sum);
        if (value.Scale != 0) _writer.WriteSigned(6, value.Scale);
        if (value.Zeros > 0) _writer.WriteFixed64(7, (ulong)value.Zeros);
        if (!value.Buckets.IsEmpty) WriteBuckets(value);
        if (double.IsFinite(value.Least)) _writer.WriteDouble(12, value.Least);
        if (double.IsFinite(value.Most)) _writer.WriteDouble(13, value.Most);
        _writer.EndMessage(point);
    }

    private void WriteBuckets(in ExponentialPoint value)
    {
        OpenMessage positive = _writer.BeginMessage(8, 2 * value.Buckets.Length);
        if (value.Offset != 0) _writer.WriteSigned(1, value.Offset);
        OpenMessage packed = _writer.BeginMessage(2, value.Buckets.Length);
        foreach (double bucket in value.Buckets) _writer.AddVarint((ulong)bucket);
        _writer.EndMessage(packed);
        _writer.EndMessage(positive);
    }

    private void WriteTimes(ulong start)
    {
        if (start != 0) _writer.WriteFixed64(2, start);
        // Start times are exact to a clock tick: that of a process that has just begun may be a little later than the sample.
        _writer.WriteFixed64(3, Math.Max(start, _time));
    }

    /// <summary>Whether it is an integer of 64 bits.</summary>
    private static bool IsInteger(double value) => value is >= long.MinValue and < 9223372036854775808.0 && double.IsInteger(value);

    private OpenMessage BeginPoint(int size)
    {
        Open();
        return _writer.BeginMessage(1, size);
    }

    /// <summary>Begins what the next point is in, as far as it is not begun.</summary>
    private void Open()
    {
        Points++;
        if (_level < Level.Resource)
        {
            _openResource = _writer.BeginMessage(1, ResourceSize);
            _writer.WriteBytes(1, _resource);
        }
        if (_level < Level.Scope)
        {
            _openScope = _writer.BeginMessage(2, ScopeSize);
            _writer.WriteBytes(1, _scope);
        }
        if (_level < Level.Metric)
        {
            _openMetric = _writer.BeginMessage(2, _head.Fields.Length + _dataSize);
            _writer.WriteEncoded(_head.Fields);
            _openData = _writer.BeginMessage(_head.DataField, _dataSize);
            _level = Level.Metric;
        }
    }

    private void CloseTo(Level level)
    {
        if (_level == Level.Metric && level < Level.Metric)
        {
            if (_head.Kind != PointKind.Gauge) _writer.WriteVarint(2, Cumulative);
            if (_head.Kind == PointKind.Counter) _writer.WriteVarint(3, 1);
            _writer.EndMessage(_openData);
            _writer.EndMessage(_openMetric);
            _level = Level.Scope;
        }
        if (_level == Level.Scope && level < Level.Scope)
        {
            _writer.EndMessage(_openScope);
            _level = Level.Resource;
        }
        if (_level == Level.Resource && level < Level.Resource)
        {
            _writer.EndMessage(_openResource);
            _level = Level.Request;
        }
    }
}

/// <summary>Values of a histogram with exponential buckets. All counts are whole, and exact up to 2^53.</summary>
internal readonly ref struct ExponentialPoint
{
    /// <summary>All of them: those of the buckets, and the zeros.</summary>
    public required double Count { get; init; }

    public required double Sum { get; init; }

    public required double Zeros { get; init; }

    /// <summary>The least value; NaN if it is not known.</summary>
    public required double Least { get; init; }

    /// <inheritdoc cref="Least"/>
    public required double Most { get; init; }

    public required int Scale { get; init; }

    /// <summary>Index of the first bucket.</summary>
    public required int Offset { get; init; }

    public required ReadOnlySpan<double> Buckets { get; init; }
}
