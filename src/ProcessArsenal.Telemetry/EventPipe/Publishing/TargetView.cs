using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.EventPipe.Publishing;

/// <summary>What a page says of one target: its samples are put together anew when there are new series, and read at each tick. Used by the tick.</summary>
internal sealed class TargetView(MeterFamilies meterFamilies, RuntimeFamilies runtimeFamilies)
{
    private ForeignSample[] _samples = [];
    private TargetReadings? _readings;
    private int _series;
    private int _types;
    private (DotnetTargetState State, string? Reason) _told = (DotnetTargetState.None, "nothing yet");

    /// <summary>How it stands with the target, as a line of <c>arsenal_dotnet_session_state</c>.</summary>
    public SeriesText StateLine { get; private set; } = new(DotnetSnapshot.StateName, "");

    /// <summary>Series for which there was no place, in the latest putting together.</summary>
    public int Dropped { get; private set; }

    /// <summary>The same that the target counts itself, as of the tick before.</summary>
    public long DroppedByTarget { get; set; }

    /// <summary>Notes how it stands.</summary>
    public void Tell(DotnetTargetState state, string? reason)
    {
        if (_told == (state, reason)) return;
        _told = (state, reason);
        StateLine = new SeriesText(DotnetSnapshot.StateName, LabelBlock.Text(("state", state.ToString().ToLowerInvariant()), ("reason", reason)));
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
    }
}
