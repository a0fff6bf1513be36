using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.EventPipe.Publishing;

/// <summary>What OTLP says of one target: names and attributes are encoded when there are new series, values are copied at each tick. Used by the tick.
/// </summary>
internal sealed class PointView
{
    /// <summary>Bytes of names and attributes of one target: so a request has room for it, whatever its tags are.</summary>
    public const int MostBytes = 1024 * 1024;

    private static readonly byte[][] Quantiles = [.. new[] { "0.5", "0.95", "0.99" }.Select(quantile => OtlpText.Attributes(7, KeyValuePair.Create("quantile", quantile)))];

    private readonly List<DotnetPoint> _newPoints = [];
    private readonly List<PointReader> _newReaders = [];
    private DotnetPoint[] _points = [];
    private PointReader[] _readers = [];
    private int _bytes;

    /// <summary>Series for which there was no place, in the latest putting together.</summary>
    public int Dropped { get; private set; }

    /// <summary>Copies the values; to be called while they stand still.</summary>
    public void CopyTo(DotnetSnapshot snapshot) => snapshot.AddPoints(_points, _readers);

    /// <summary>What is counted of events first, then by meter and instrument.</summary>
    public void PutTogether(TargetReadings readings)
    {
        (_bytes, Dropped) = (0, 0);
        RuntimePoints.AddTo(Add, readings.Events, readings.Exceptions);
        foreach (IGrouping<(string, string), MeterSeries> meter in InOrder(readings.Series).GroupBy(series => (series.Meter, series.Version)))
        {
            byte[] scope = OtlpText.Scope(meter.Key.Item1, meter.Key.Item2);
            foreach (IGrouping<(string, string, PointKind), MeterSeries> instrument in meter.GroupBy(series => (series.Instrument, series.Unit, KindOf(series))))
                AddInstrument(scope, instrument.Key.Item3, [.. instrument]);
        }
        (_points, _readers) = ([.. _newPoints], [.. _newReaders]);
        _newPoints.Clear();
        _newReaders.Clear();
    }

    private static IEnumerable<MeterSeries> InOrder(IEnumerable<MeterSeries> series) => series
        .OrderBy(s => s.Meter, StringComparer.Ordinal).ThenBy(s => s.Version, StringComparer.Ordinal)
        .ThenBy(s => s.Instrument, StringComparer.Ordinal).ThenBy(s => s.Unit, StringComparer.Ordinal).ThenBy(KindOf)
        .ThenBy(s => s.Tags, StringComparer.Ordinal);

    /// <summary>A runtime that tells quantiles tells no buckets: what is left is a histogram without any. A summary would be another type under the
    /// name that .NET 10 has a histogram for, and could not be added up.</summary>
    private static PointKind KindOf(MeterSeries series) => series.Meaning switch
    {
        MeterKind.Counter => PointKind.Counter,
        MeterKind.UpDownCounter => PointKind.UpDownCounter,
        MeterKind.Gauge => PointKind.Gauge,
        _ => series.Exponential is null ? PointKind.Histogram : PointKind.ExponentialHistogram,
    };

    private void AddInstrument(byte[] scope, PointKind kind, MeterSeries[] all)
    {
        MeterSeries first = all[0];
        if (first.Instrument.Length == 0) // Not allowed, in either place.
        {
            Dropped += all.Length;
            return;
        }
        var head = new MetricHead(first.Instrument, first.Unit, first.Description, kind);
        _bytes += scope.Length + head.Fields.Length;
        var taken = new HashSet<byte[]>(ByteSequence.Comparer);
        List<MeterSeries>? quantiles = null;
        foreach (MeterSeries series in all)
        {
            byte[] attributes = OtlpText.Attributes(head.AttributesField, Tags(series));
            if (!taken.Add(attributes) || !Add(new DotnetPoint(scope, head, attributes, false), ReaderOf(series, kind))) Dropped++;
            else if (kind == PointKind.Histogram) (quantiles ??= []).Add(series);
        }
        if (quantiles is not null) AddQuantiles(scope, first, quantiles);
    }

    /// <summary>A gauge of their own, since they are of the latest interval, while the histogram is of all.</summary>
    private void AddQuantiles(byte[] scope, MeterSeries instrument, List<MeterSeries> all)
    {
        var head = new MetricHead(instrument.Instrument + ".quantile", instrument.Unit, $"Quantiles of {instrument.Instrument} over the latest interval.", PointKind.Gauge);
        foreach (MeterSeries series in all)
        {
            byte[] attributes = OtlpText.Attributes(head.AttributesField, Tags(series).Where(tag => tag.Key != "quantile"));
            for (int i = 0; i < Quantiles.Length; i++)
            {
                int index = i;
                var point = new DotnetPoint(scope, head, [.. attributes, .. Quantiles[i]], false);
                if (!Add(point, room => PointValues.PutGauge(room, series.Quantiles[index]))) return;
            }
        }
    }

    private bool Add(DotnetPoint point, PointReader read)
    {
        if (_bytes + point.Attributes.Length > MostBytes) return false;
        _bytes += point.Attributes.Length;
        _newPoints.Add(point);
        _newReaders.Add(read);
        return true;
    }

    /// <summary>In the order of their names, each once: the last one counts.</summary>
    private static SortedDictionary<string, string> Tags(MeterSeries series)
    {
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string tag, string value) in MeterNaming.Tags(series.Tags)) tags[MeterNaming.Attribute(tag)] = value;
        return tags;
    }

    private static PointReader ReaderOf(MeterSeries series, PointKind kind) => kind switch
    {
        PointKind.Gauge => room => PointValues.PutGauge(room, series.Value),
        PointKind.Histogram => room => PointValues.PutHistogram(room, series.Count, series.Value, []),
        PointKind.ExponentialHistogram => room => PointValues.PutExponential(room, series.Exponential!, series.IsOfSession),
        _ => room => PointValues.PutSum(room, series.Value, series.IsOfSession),
    };
}
