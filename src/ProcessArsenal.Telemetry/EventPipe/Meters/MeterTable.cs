using System.Globalization;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.EventPipe.Meters;

/// <summary>What the instruments of a target have told: reads the events of its System.Diagnostics.Metrics provider
/// (MetricsEventSource of the runtime). Allocates for a new series, never for a value. Used by one thread.</summary>
/// <param name="most">Series that are kept; values of others are counted in <see cref="Dropped"/>.</param>
/// <param name="keepsBuckets">Exponential buckets are kept as they are told, too.</param>
internal sealed class MeterTable(int most, bool keepsBuckets = false)
{
    public const string Provider = "System.Diagnostics.Metrics";

    /// <summary>Keyword TimeSeriesValues.</summary>
    public const long Keywords = 0x2;

    private const int CollectionStop = 3, CounterRate = 4, GaugeValue = 5, HistogramValue = 6, BeginReporting = 7, Error = 9, SeriesLimit = 12, HistogramLimit = 13, CallbackError = 14,
        OtherSession = 15, UpDownCounterRate = 16, OtherSettings = 17, ExponentialHistogramValue = 19;

    /// <summary>The first runtime that tells buckets.</summary>
    private const int BucketsSince = 10;

    /// <summary>The runtime cuts events off at 64 KiB. What names a series is far less, and kept for each of them.</summary>
    private const int LongestPayload = 64 * 1024, LongestKey = 4096;

    /// <summary>In UTF-16 units; the rest is cut.</summary>
    private const int LongestDescription = 256;

    private const string Shared = "SHARED";

    private static readonly double[] Quantiles = [0.5, 0.95, 0.99];

    private readonly Dictionary<byte[], MeterSeries> _series = new(ByteSequence.Comparer);
    private readonly Dictionary<byte[], ExponentialHistogram> _histograms = new(ByteSequence.Comparer); // by the number of the instrument as well

    private readonly Dictionary<(string Meter, string Instrument), (string Description, bool IsObserved)> _instruments = [];
    private readonly ExponentialBuckets? _room = keepsBuckets ? new() : null;
    private bool _hasJoined;
    private readonly string _identifier = Guid.NewGuid().ToString();

    /// <summary>All series so far.</summary>
    public IReadOnlyCollection<MeterSeries> Series => _series.Values;

    /// <summary>Intervals that are told in full.</summary>
    public long Intervals { get; private set; }

    /// <summary>Values of series beyond the most that are kept, and of such as have longer names than are kept.</summary>
    public long Dropped { get; private set; }

    /// <summary>Values that did not have the shape of their event.</summary>
    public long Malformed { get; private set; }

    /// <summary>The runtime has reached the limit of series or histograms that the session set: there are more than are told.</summary>
    public bool IsLimited { get; private set; }

    /// <summary>What the target complained of last: a callback that threw, say; null if of nothing.</summary>
    public string? Complaint { get; private set; }

    /// <summary>Null if the runtime took what <see cref="Arguments"/> asked for.</summary>
    public MeterRefusal? Refusal { get; private set; }

    /// <summary>What a session on <see cref="Provider"/> asks for. It is shared with other tools that want the same interval and limits.</summary>
    /// <param name="major">Version of the runtime; 0 if that is not known.</param>
    public Dictionary<string, string> Arguments(DotnetOptions options, int major)
    {
        var arguments = new Dictionary<string, string>
        {
            ["SessionId"] = Shared,
            ["ClientId"] = _identifier, // Without one a shared session never ends. It is also who is said to be refused.
            ["SharedIdentifier"] = _identifier,
            ["Metrics"] = string.Join(';', options.AllMeters),
            ["RefreshInterval"] = options.Interval.TotalSeconds.ToString(CultureInfo.InvariantCulture),
            ["MaxTimeSeries"] = options.MostSeries.ToString(CultureInfo.InvariantCulture),
            ["MaxHistograms"] = options.MostHistograms.ToString(CultureInfo.InvariantCulture),
        };
        // Totals make good for what was lost on the way. And one that is reset for deltas keeps bucket 0 in its range, which spoils its scale
        // (CircularBufferBuckets.Clear of .NET 10).
        if (major >= BucketsSince) arguments["Base2ExponentialHistogram"] = "scale=20;maxBuckets=160;reportDeltas=false";
        return arguments;
    }

    /// <summary>Takes an event of <see cref="Provider"/>.</summary>
    public void Take(in NetTraceEvent value)
    {
        switch (value.Metadata.EventId)
        {
            case CollectionStop:
                Intervals++;
                break;
            case BeginReporting:
                Describe(value.Payload);
                break;
            case CounterRate:
                TakeValue(value.Payload, MeterKind.Counter);
                break;
            case UpDownCounterRate:
                TakeValue(value.Payload, MeterKind.UpDownCounter);
                break;
            case GaugeValue:
                TakeValue(value.Payload, MeterKind.Gauge);
                break;
            case HistogramValue:
                TakeValue(value.Payload, MeterKind.Histogram);
                break;
            case ExponentialHistogramValue:
                TakeBuckets(value.Payload);
                break;
            case SeriesLimit or HistogramLimit:
                IsLimited = true;
                break;
            case OtherSession:
                // Or it is another tool that was refused, since we share with nobody who has a session of its own.
                if (!FirstText(value.Payload).SequenceEqual(Shared)) Refusal = new MeterRefusal(null);
                break;
            case OtherSettings:
                var settings = new BinaryCursor(value.Payload);
                if (settings.ReadText().SequenceEqual(_identifier)) Refusal = new MeterRefusal(MeterSettings.Read(ref settings));
                break;
            case Error or CallbackError:
                var cursor = new BinaryCursor(value.Payload);
                _ = cursor.ReadText(); // the session
                Complaint = $"{value.Metadata.Name}: {cursor.ReadText().ToString()}";
                break;
            default:
                break;
        }
    }

    /// <summary>An instrument is told of before its values are.</summary>
    private void Describe(ReadOnlySpan<byte> payload)
    {
        var cursor = new BinaryCursor(payload);
        _ = cursor.ReadText(); // session
        string meter = cursor.ReadText().ToString();
        _ = cursor.ReadText(); // version
        string instrument = cursor.ReadText().ToString();
        bool isObserved = cursor.ReadText().StartsWith("Observable", StringComparison.Ordinal); // ObservableUpDownCounter`1, say
        _ = cursor.ReadText(); // unit
        ReadOnlySpan<char> description = cursor.ReadText();
        if (cursor.HasFailed || payload.Length > LongestPayload) Malformed++;
        else if (_instruments.Count < most) _instruments[(meter, instrument)] = (description[..Math.Min(description.Length, LongestDescription)].ToString(), isObserved);
    }

    private static ReadOnlySpan<char> FirstText(ReadOnlySpan<byte> payload)
    {
        var cursor = new BinaryCursor(payload);
        return cursor.ReadText();
    }

    private void TakeValue(ReadOnlySpan<byte> payload, MeterKind kind)
    {
        var cursor = new BinaryCursor(payload);
        _ = cursor.ReadText(); // session
        int start = payload.Length - cursor.Left;
        for (int i = 0; i < 5; i++) _ = cursor.ReadText();
        int keyLength = payload.Length - cursor.Left - start;
        if (!IsKept(cursor, payload, keyLength)) return;
        if (Find(payload.Slice(start, keyLength), kind) is not { } series) return;
        if (series.Kind != kind || !TryApply(series, ref cursor)) Malformed++;
        else series.Interval = Intervals;
    }

    /// <summary>Here the number of the instrument stands between its name and its unit. Several may share all names: they make one series.</summary>
    private void TakeBuckets(ReadOnlySpan<byte> payload)
    {
        var cursor = new BinaryCursor(payload);
        _ = cursor.ReadText(); // session
        int start = payload.Length - cursor.Left;
        for (int i = 0; i < 3; i++) _ = cursor.ReadText();
        int number = payload.Length - cursor.Left;
        cursor.Skip(sizeof(int));
        for (int i = 0; i < 2; i++) _ = cursor.ReadText();
        int end = payload.Length - cursor.Left;
        if (!IsKept(cursor, payload, end - start)) return;
        if (!_histograms.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(payload[start..end], out ExponentialHistogram? histogram))
        {
            if (_histograms.Count >= most)
            {
                Dropped++;
                return;
            }
            if (Find([.. payload[start..number], .. payload[(number + sizeof(int))..end]], MeterKind.Histogram) is not { } series) return;
            if (series.Kind != MeterKind.Histogram)
            {
                Malformed++;
                return;
            }
            if (_hasJoined && Intervals <= 1) series.IsOfSession = false;
            histogram = new ExponentialHistogram(series, _room);
            _histograms.Add(payload[start..end].ToArray(), histogram);
        }
        if (!histogram.TryTake(ref cursor)) Malformed++;
        else histogram.Series.Interval = Intervals;
    }

    /// <summary>Whether the names of a series were read whole, and are not too long; counts it if not.</summary>
    private bool IsKept(in BinaryCursor names, ReadOnlySpan<byte> payload, int keyLength)
    {
        if (names.HasFailed || payload.Length > LongestPayload) Malformed++;
        else if (keyLength > LongestKey) Dropped++;
        else return true;
        return false;
    }

    /// <summary>The series of a key: meter, version, instrument, unit, tags.</summary>
    /// <returns>Null if there is no room for another.</returns>
    private MeterSeries? Find(ReadOnlySpan<byte> key, MeterKind kind)
    {
        if (_series.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out MeterSeries? series)) return series;
        if (_series.Count >= most)
        {
            Dropped++;
            return null;
        }
        var names = new BinaryCursor(key);
        string meter = names.ReadText().ToString(), version = names.ReadText().ToString(), instrument = names.ReadText().ToString();
        bool isTold = _instruments.TryGetValue((meter, instrument), out (string Description, bool IsObserved) told);
        series = new MeterSeries(meter, version, instrument, names.ReadText().ToString(), names.ReadText().ToString(), kind)
        {
            Description = isTold ? told.Description : "",
            IsObserved = isTold ? told.IsObserved : null,
        };
        _series.Add(key.ToArray(), series);
        return series;
    }

    /// <summary>Another tool listens already, whose session we have joined: there has been an interval before our first. What histograms tell as totals
    /// is older than our session then.</summary>
    private void Join()
    {
        if (_hasJoined || Intervals > 1) return; // An event was lost.
        _hasJoined = true;
        foreach (ExponentialHistogram histogram in _histograms.Values) histogram.Series.IsOfSession = false;
    }

    private bool TryApply(MeterSeries series, ref BinaryCursor cursor)
    {
        switch (series.Kind)
        {
            case MeterKind.Counter or MeterKind.UpDownCounter:
                ReadOnlySpan<char> rate = cursor.ReadText();
                ReadOnlySpan<char> total = cursor.ReadText();
                if (cursor.HasFailed) return false;
                // The first interval of an observed counter has a total and no rate yet.
                if (!TryRead(total, out double value)) return rate.IsEmpty && total.IsEmpty;
                if (double.IsNaN(series.Value))
                {
                    series.IsOfSession = TryRead(rate, out double all) && all == value; // All of it is of this interval.
                    if (!series.IsOfSession && !rate.IsEmpty) Join();
                }
                series.Value = value;
                return true;
            case MeterKind.Gauge:
                ReadOnlySpan<char> level = cursor.ReadText();
                if (cursor.HasFailed) return false;
                if (level.IsEmpty) return true; // Nothing was recorded.
                if (!TryRead(level, out value)) return false;
                series.Value = value;
                return true;
            default:
                ReadOnlySpan<char> quantiles = cursor.ReadText();
                int count = cursor.ReadInt32();
                double sum = BitConverter.Int64BitsToDouble(cursor.ReadInt64());
                if (cursor.HasFailed || count < 0 || !TryReadQuantiles(quantiles, series.Quantiles)) return false;
                series.Count += count;
                series.Value += sum;
                return true;
        }
    }

    /// <summary><c>0.5=1.25;0.95=3;0.99=3</c>, or nothing.</summary>
    private static bool TryReadQuantiles(ReadOnlySpan<char> text, Span<double> values)
    {
        values.Fill(double.NaN);
        foreach (Range part in text.Split(';'))
        {
            ReadOnlySpan<char> pair = text[part];
            if (pair.IsEmpty) continue;
            int equals = pair.IndexOf('=');
            if (equals < 0 || !TryRead(pair[..equals], out double quantile) || !TryRead(pair[(equals + 1)..], out double value)) return false;
            int index = Quantiles.AsSpan().IndexOf(quantile);
            if (index >= 0) values[index] = value;
        }
        return true;
    }

    private static bool TryRead(ReadOnlySpan<char> text, out double value)
    {
        // Most are whole numbers, and exact as a double up to fifteen digits.
        if (text.Length <= 15 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long whole))
        {
            value = whole;
            return true;
        }
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }
}
