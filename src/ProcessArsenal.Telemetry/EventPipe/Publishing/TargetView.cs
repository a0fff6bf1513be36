using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.Runtime;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.EventPipe.Publishing;

/// <summary>What a page says of one target: its samples are put together anew when there are new series, and read at each tick. Used by the tick.</summary>
internal sealed class TargetView(MeterFamilies meterFamilies, RuntimeFamilies runtimeFamilies)
{
    private ForeignSample[] _samples = [];
    private MeterTable? _meters;
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
    public void CopyTo(DotnetSnapshot snapshot, MeterTable meters, RuntimeEvents events, long round)
    {
        // A table grows only, and each session has one of its own.
        if (_meters != meters || _series != meters.Series.Count || _types != events.Exceptions.Count) PutTogether(meters, events);
        Span<double> values = snapshot.AddSamples(_samples);
        for (int i = 0; i < _samples.Length; i++)
        {
            values[i] = _samples[i].Read();
            ForeignFamily family = _samples[i].Family;
            if (family.Seen < round) family.Seen = round;
        }
    }

    private void PutTogether(MeterTable meters, RuntimeEvents events)
    {
        (_meters, _series, _types, Dropped) = (meters, meters.Series.Count, events.Exceptions.Count, 0);
        var samples = new List<ForeignSample>();
        var taken = new HashSet<(ForeignFamily, string)>();
        runtimeFamilies.AddTo(samples, events);
        foreach (MeterSeries series in meters.Series)
            if (!meterFamilies.TryAddTo(samples, series, taken)) Dropped++;
        // Those of a family together, as a page has them; in it as they came.
        _samples = [.. samples.OrderBy(sample => sample.Family.Order)];
    }
}
