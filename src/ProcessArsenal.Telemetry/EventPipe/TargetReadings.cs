using System.Collections.ObjectModel;
using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Telemetry.EventPipe.Runtime;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>What the sessions on a target ask for, and what they have told. Which that is depends on the version of its runtime. Used by one thread at a
/// time.</summary>
/// <param name="runtime">Null if it does not say what it is: then it is asked what old ones know.</param>
/// <param name="events">Those go on from one session to the next.</param>
/// <param name="agreed">Settings of another tool that ours have to be the same as; null: there is none.</param>
/// <param name="spanTarget">Where its spans go; null: nowhere, and it is asked for none.</param>
internal sealed class TargetReadings(DotnetOptions options, RuntimeInfo? runtime, RuntimeEvents events, MeterSettings? agreed = null, SpanTarget? spanTarget = null)
{
    /// <summary>The first runtime whose own values are instruments of a meter.</summary>
    private const int MeterSince = 9;

    /// <summary>The session for exceptions may have nothing to write for long; one that a killed collector left behind ends at its next write.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    private readonly DotnetOptions _options = agreed is null
        ? options
        : options with { Interval = agreed.Interval, MostSeries = agreed.MostSeries, MostHistograms = agreed.MostHistograms };

    private readonly MeterTable _meters = new(options.MostSeries, options.Points);
    private readonly RuntimeCounters? _counters = runtime is { Major: >= MeterSince } ? null : new RuntimeCounters();

    private readonly MeterPulse? _pulse = runtime is { Major: >= MeterPulse.Since } ? new MeterPulse(agreed?.Interval ?? options.Interval) : null;
    private readonly TargetObstacle? _agreed = agreed is null ? null : TargetObstacle.Agreed(agreed);
    private readonly SpanReadings? _spans = SpanReadings.For(options.Spans, runtime, spanTarget, options.Interval);

    private long _beats;

    public RuntimeInfo? Runtime => runtime;

    /// <summary>When the session was about to begin: what is told in it for those who listen was 0 then. Null if there was none.</summary>
    public DateTimeOffset? Began { get; private set; }

    /// <summary>Null if it can't be asked for spans, or is not to be.</summary>
    public ActivityReader? Spans => _spans?.Reader;

    /// <inheritdoc cref="Spans"/>
    public SpanReadings? SpanReadings => _spans;

    /// <summary>Somebody wants its spans, whether or not it can be asked for them.</summary>
    public bool AreSpansWanted => options.Spans is not null && spanTarget is not null;

    /// <summary>Why it is asked for no spans now, where they are wanted; null while it is asked.</summary>
    public string? SpansRefusal => _spans is not null ? _spans.Refusal : runtime is null ? SpanReadings.Unknown : SpanReadings.OnlyAll;

    /// <summary>Null if all is told that was asked for.</summary>
    public TargetObstacle? Obstacle
    {
        get
        {
            if (_meters.Refusal is { } refusal) return refusal.Holding is { } holding ? TargetObstacle.Disagreed(holding) : TargetObstacle.MetersTaken;
            if (_pulse is { HasStopped: true }) return TargetObstacle.MetersStopped;
            return _spans is { FilterTaken: true } ? TargetObstacle.FilterTaken : _agreed;
        }
    }

    public RuntimeEvents Events => events;

    /// <summary>Exceptions thrown, by type, of a runtime that does not count them itself.</summary>
    public IReadOnlyDictionary<string, long> Exceptions => _counters is null ? ReadOnlyDictionary<string, long>.Empty : events.Exceptions;

    /// <summary>All series so far; there are never fewer.</summary>
    public IEnumerable<MeterSeries> Series => _counters is null ? _meters.Series : _counters.Series.Concat(_meters.Series);

    public int SeriesCount => _meters.Series.Count + (_counters?.Series.Count ?? 0);

    /// <summary>Rises at least each <see cref="Pulse"/> while the target tells anything.</summary>
    public long Signs => _meters.Refusal is null ? Intervals : Intervals + _beats;

    /// <summary>The longest that a target is silent which is well.</summary>
    public TimeSpan Pulse => _meters.Refusal is null ? _options.Interval : Heartbeat;

    /// <summary>Intervals that have ended.</summary>
    public long Intervals => _meters.Intervals + (_counters?.Intervals ?? 0);

    /// <summary>Values that are not kept: of too many series, with names that are too long, or in no known shape.</summary>
    public long Dropped => _meters.Dropped + _meters.Malformed + (_counters?.Malformed ?? 0);

    /// <summary>It has more series than its runtime tells, which says so and not of which.</summary>
    public bool IsLimited => _meters.IsLimited;

    /// <summary>What the target complained of last; null if of nothing.</summary>
    public string? Complaint => _meters.Complaint;

    /// <summary>A session is about to begin.</summary>
    public void Begin(DateTimeOffset now)
    {
        Began = now;
        events.Began ??= now;
    }

    /// <summary>What the session asks for that is neither about exceptions nor spans.</summary>
    public EventPipeProvider[] Providers()
    {
        EventPipeProvider meters = new(MeterTable.Provider, EventLevel.Informational, MeterTable.Keywords, _meters.Arguments(_options, runtime?.Major ?? 0));
        long assemblies = _spans is { Sampler.SparesSdk: true } ? LoadedAssemblies.Keyword : 0;
        return [meters, new(RuntimeEvents.Provider, EventLevel.Informational, RuntimeEvents.Keywords | assemblies)];
    }

    /// <summary>What the session for exceptions asks for: those, and event counters, which old runtimes have instead of meters and which all tell in
    /// time.</summary>
    public EventPipeProvider[] ExceptionProviders() =>
    [
        new(RuntimeEvents.Provider, EventLevel.Error, RuntimeEvents.ExceptionKeyword),
        new(RuntimeCounters.Provider, EventLevel.Informational, RuntimeCounters.Keywords, RuntimeCounters.Arguments(_counters is null ? Heartbeat : _options.Interval)),
    ];

    /// <summary>Takes an event of one of the sessions.</summary>
    public void Take(in NetTraceEvent value, TraceHeader? header)
    {
        switch (value.Metadata.Provider)
        {
            case MeterTable.Provider:
                _meters.Take(value);
                _pulse?.Told(value, _meters.Intervals);
                _spans?.Watch(_meters);
                break;
            case ActivityProvider.Name:
                _spans?.Take(value);
                break;
            case RuntimeEvents.Provider when header is not null:
                events.Take(value, header);
                _spans?.Assemblies.Take(value, header);
                break;
            case RuntimeCounters.Provider:
                _beats++;
                if (header is not null) _pulse?.Beat(value, header);
                _counters?.Take(value);
                break;
            default:
                break;
        }
    }
}
