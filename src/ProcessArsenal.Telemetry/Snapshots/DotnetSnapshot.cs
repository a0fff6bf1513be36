using ProcessArsenal.Telemetry.EventPipe.Publishing;
using ProcessArsenal.Telemetry.Publishing;

namespace ProcessArsenal.Telemetry.Snapshots;

/// <summary>The part of a snapshot that .NET processes told of themselves. Its arrays are used again, as the snapshot's own.</summary>
internal sealed class DotnetSnapshot
{
    public const string StateName = "arsenal_dotnet_session_state";

    private DotnetRow[] _rows = [];
    private double[] _values = [];
    private int _rowCount;
    private int _valueCount;

    public ReadOnlySpan<DotnetRow> Rows => _rows.AsSpan(0, _rowCount);

    /// <summary>Series for which there was no place, summed over samples, and values that a target told of more series than are kept.</summary>
    public long Dropped { get; set; }

    /// <summary>Processes that were not listened to as there were too many, summed over samples.</summary>
    public long NotAttached { get; set; }

    /// <summary>Some target is asked for spans.</summary>
    public bool HasSpans { get; private set; }

    public ReadOnlySpan<double> ValuesOf(in DotnetRow row) => _values.AsSpan(row.Offset, row.Samples.Length);

    public void Clear()
    {
        _rows.AsSpan(0, _rowCount).Clear(); // What was there keeps nothing alive.
        _rowCount = _valueCount = 0;
        HasSpans = false;
    }

    /// <summary>Begins a target; its samples follow, if it tells any.</summary>
    /// <param name="isFilterTaken">Null if it is asked for no spans.</param>
    public void Begin(byte[] labels, SeriesText state, bool isAttached, long lost, bool? isFilterTaken)
    {
        if (_rowCount == _rows.Length) Array.Resize(ref _rows, _rowCount * 2 + 16);
        _rows[_rowCount++] = new DotnetRow(labels, state, isAttached, lost, isFilterTaken, [], _valueCount);
        HasSpans |= isFilterTaken is not null;
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
}

/// <summary>One .NET process.</summary>
/// <param name="Labels">Of whom it is about, encoded for a page.</param>
/// <param name="State">Line that says how it stands with the session.</param>
/// <param name="IsAttached">Whether its events are read.</param>
/// <param name="Lost">Events that it wrote and that never came, in all sessions.</param>
/// <param name="IsFilterTaken">Whether another tool has taken the filter of its spans; null if it is asked for none.</param>
/// <param name="Samples">By family, in their order.</param>
/// <param name="Offset">Of their values.</param>
internal readonly record struct DotnetRow(byte[] Labels, SeriesText State, bool IsAttached, long Lost, bool? IsFilterTaken, ForeignSample[] Samples, int Offset);
