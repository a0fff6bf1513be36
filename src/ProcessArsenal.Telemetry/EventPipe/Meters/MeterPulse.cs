using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.EventPipe.Meters;

/// <summary>Notices that a runtime tells its meters no more while it tells other things: it counts who listens, and may count wrong when several tools
/// come and go. Used by one thread at a time.</summary>
/// <param name="interval">Between two tellings.</param>
internal sealed class MeterPulse(TimeSpan interval)
{
    /// <summary>The first runtime that several tools can listen to.</summary>
    public const int Since = 8;

    /// <summary>Between two beats. Who has none for longer was stopped as a whole.</summary>
    private static readonly TimeSpan LongestBeat = TimeSpan.FromSeconds(8);

    private readonly TimeSpan _patience = 3 * interval + TimeSpan.FromSeconds(10);
    private long _intervals;
    private long? _told;
    private long _beat;

    /// <summary>They have stopped.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>An event of the meters.</summary>
    /// <param name="intervals">That have ended.</param>
    public void Told(in NetTraceEvent value, long intervals)
    {
        if (intervals == _intervals) return;
        (_intervals, _told, HasStopped) = (intervals, value.Ticks, false);
    }

    /// <summary>An event that comes in time, whatever becomes of the meters.</summary>
    public void Beat(in NetTraceEvent value, TraceHeader header)
    {
        _told ??= _beat = value.Ticks;
        if (value.Ticks - _beat > LongestBeat.TotalSeconds * header.TicksPerSecond) _told += value.Ticks - _beat;
        _beat = value.Ticks;
        HasStopped = value.Ticks - _told.Value > _patience.TotalSeconds * header.TicksPerSecond;
    }
}
