using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Publishing;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;

namespace ProcessArsenal.Telemetry.Snapshots;

/// <summary>The part of a snapshot that .NET processes told of themselves. Its arrays are used again, as the snapshot's own.</summary>
internal sealed class DotnetSnapshot
{
    public const string StateName = "arsenal_dotnet_session_state", SpansName = "arsenal_dotnet_spans_asked";

    private DotnetRow[] _rows = [];
    private double[] _values = [];
    private int _rowCount;
    private int _valueCount;

    public ReadOnlySpan<DotnetRow> Rows => _rows.AsSpan(0, _rowCount);

    /// <summary>Series for which there was no place, summed over samples, and values that a target told of more series than are kept.</summary>
    public long Dropped { get; set; }

    /// <summary>Processes that were not listened to as there were too many, summed over samples.</summary>
    public long NotAttached { get; set; }

    /// <summary>Somebody wants the spans of targets.</summary>
    public bool AreSpansWanted { get; private set; }

    /// <summary>Some target is asked for spans.</summary>
    public bool HasSpans { get; private set; }

    public ReadOnlySpan<double> ValuesOf(in DotnetRow row) => _values.AsSpan(row.Offset, row.Samples.Length);

    /// <summary>Of its points, one after the other, by <see cref="PointValues"/>.</summary>
    public ReadOnlySpan<double> PointValuesOf(in DotnetRow row) => _values.AsSpan(row.PointOffset, row.PointLength);

    public void Clear()
    {
        _rows.AsSpan(0, _rowCount).Clear(); // What was there keeps nothing alive.
        _rowCount = _valueCount = 0;
        HasSpans = AreSpansWanted = false;
    }

    /// <summary>Begins a target; its samples and points follow, if it tells any.</summary>
    /// <param name="filter">Null if it is asked for no spans.</param>
    public void Begin(in DotnetSource source, byte[] labels, SeriesText state, bool isAttached, long lost, SpanFilter? filter)
    {
        if (_rowCount == _rows.Length) Array.Resize(ref _rows, _rowCount * 2 + 16);
        _rows[_rowCount++] = new DotnetRow(source, labels, state, isAttached, lost, filter, null, [], _valueCount, [], _valueCount, 0);
        HasSpans |= filter is not null;
    }

    /// <summary>Of the target that was begun last: whether it is asked for spans.</summary>
    public void AddSpans(SeriesText line)
    {
        _rows[_rowCount - 1] = _rows[_rowCount - 1] with { Spans = line };
        AreSpansWanted = true;
    }

    /// <summary>Of the target that was begun last.</summary>
    /// <returns>Their values, to be filled in.</returns>
    public Span<double> AddSamples(ForeignSample[] samples)
    {
        int offset = _valueCount;
        _valueCount += samples.Length;
        if (_values.Length < _valueCount) Array.Resize(ref _values, _valueCount * 2 + 64);
        _rows[_rowCount - 1] = _rows[_rowCount - 1] with { Samples = samples, Offset = offset };
        return _values.AsSpan(offset, samples.Length);
    }

    /// <summary>Of the target that was begun last.</summary>
    /// <param name="readers">Of the values of each, in their order.</param>
    public void AddPoints(DotnetPoint[] points, PointReader[] readers)
    {
        int offset = _valueCount;
        foreach (PointReader read in readers)
        {
            if (_values.Length - _valueCount < PointValues.Most) Array.Resize(ref _values, _valueCount * 2 + PointValues.Most);
            _valueCount += read(_values.AsSpan(_valueCount, PointValues.Most));
        }
        _rows[_rowCount - 1] = _rows[_rowCount - 1] with { Points = points, PointOffset = offset, PointLength = _valueCount - offset };
    }
}

/// <summary>Who a .NET process is, and since when it is listened to.</summary>
/// <param name="Row">Its index among the processes of the snapshot.</param>
/// <param name="Runtime">Null if it has not told.</param>
/// <param name="SessionBegan">When its session was about to begin: what counts for those who listen was 0 then. Null if there was none.</param>
/// <param name="EventsBegan">The same of its first session: what is counted of its events was 0 then.</param>
internal readonly record struct DotnetSource(int Row, RuntimeInfo? Runtime, DateTimeOffset? SessionBegan, DateTimeOffset? EventsBegan);

/// <summary>The filter of spans, of which a process has one.</summary>
/// <param name="IsTaken">Another tool has taken it.</param>
/// <param name="Untold">Requests that were served while one had, at least, in all sessions.</param>
internal readonly record struct SpanFilter(bool IsTaken, long Untold);

/// <summary>One .NET process.</summary>
/// <param name="Source">Who it is.</param>
/// <param name="Labels">Of whom it is about, encoded for a page.</param>
/// <param name="State">Line that says how it stands with the session.</param>
/// <param name="IsAttached">Whether its events are read.</param>
/// <param name="Lost">Events that it wrote and that never came, in all sessions.</param>
/// <param name="Filter">How it stands with the filter of its spans; null if it is asked for none.</param>
/// <param name="Spans">Line that says whether it is asked for spans; null if nobody wants them.</param>
/// <param name="Samples">By family, in their order.</param>
/// <param name="Offset">Of their values.</param>
/// <param name="Points">The same for OTLP, those of a metric together; empty if that is not wanted.</param>
/// <param name="PointOffset">Of their values.</param>
/// <param name="PointLength">How many values they have.</param>
internal readonly record struct DotnetRow(
    DotnetSource Source, byte[] Labels, SeriesText State, bool IsAttached, long Lost, SpanFilter? Filter, SeriesText? Spans, ForeignSample[] Samples, int Offset,
    DotnetPoint[] Points, int PointOffset, int PointLength);
