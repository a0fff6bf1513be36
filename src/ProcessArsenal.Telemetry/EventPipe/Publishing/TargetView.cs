using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.EventPipe.Publishing;

/// <summary>What a page says of one target: its samples are put together anew when there are new series, and read at each tick. Used by the tick.</summary>
/// <param name="points">The same for OTLP; null if that is not wanted.</param>
internal sealed class TargetView(MeterFamilies meterFamilies, RuntimeFamilies runtimeFamilies, PointView? points = null)
{
    private ForeignSample[] _samples = [];
    private TargetReadings? _readings;
    private int _series;
    private int _types;
    private string? _refusal;
    private (DotnetTargetState State, string? Reason) _told = (DotnetTargetState.None, "nothing yet");

    /// <summary>How it stands with the target, as a line of <c>arsenal_dotnet_session_state</c>.</summary>
    public SeriesText StateLine { get; private set; } = new(DotnetSnapshot.StateName, "");

    /// <summary>Whether it is asked for spans, as a line of <c>arsenal_dotnet_spans_asked</c>.</summary>
    public SeriesText SpansLine { get; private set; } = new(DotnetSnapshot.SpansName, "");

    /// <summary>Series for which there was no place, in the latest putting together.</summary>
    public int Dropped { get; private set; }

    /// <summary>The same that the target counts itself, as of the tick before.</summary>
    public long DroppedByTarget { get; set; }

    /// <summary>The same as numbers for conditions.</summary>
    public FactsView Facts { get; } = new();

    /// <summary>Notes how it stands.</summary>
    public void Tell(DotnetTargetState state, string? reason)
    {
        if (_told == (state, reason)) return;
        _told = (state, reason);
        StateLine = new SeriesText(DotnetSnapshot.StateName, LabelBlock.Text(("state", state.ToString().ToLowerInvariant()), ("reason", reason)));
    }

    /// <summary>Notes whether it is asked for spans.</summary>
    /// <param name="refusal">Why not; null if it is.</param>
    /// <returns>Whether it is.</returns>
    public bool TellSpans(string? refusal)
    {
        if (_refusal != refusal) SpansLine = new SeriesText(DotnetSnapshot.SpansName, refusal is null ? "" : LabelBlock.Text(("reason", refusal)));
        _refusal = refusal;
        return refusal is null;
    }

    /// <summary>Copies the values; to be called while they stand still.</summary>
    public void CopyTo(DotnetSnapshot snapshot, TargetReadings readings, long round)
    {
        // They grow only, and each session has its own.
        if (_readings != readings || _series != readings.SeriesCount || _types != readings.Exceptions.Count) PutTogether(readings);
        Span<double> values = snapshot.AddSamples(_samples);
        for (int i = 0; i < _samples.Length; i++)
        {
            values[i] = _samples[i].Read();
            ForeignFamily family = _samples[i].Family;
            if (family.Seen < round) family.Seen = round;
        }
        points?.CopyTo(snapshot);
    }

    private void PutTogether(TargetReadings readings)
    {
        (_readings, _series, _types, Dropped) = (readings, readings.SeriesCount, readings.Exceptions.Count, 0);
        var samples = new List<ForeignSample>();
        var taken = new HashSet<(ForeignFamily, string)>();
        runtimeFamilies.AddTo(samples, readings.Events, readings.Exceptions);
        foreach (MeterSeries series in readings.Series)
            if (!meterFamilies.TryAddTo(samples, series, taken)) Dropped++;
        // Those of a family together, as a page has them; in it as they came.
        _samples = [.. samples.OrderBy(sample => sample.Family.Order)];
        if (points is null) return;
        points.PutTogether(readings);
        Dropped += points.Dropped;
    }
}
