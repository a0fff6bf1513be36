using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>The spans of one session on a target, and whether it still tells them. Used by one thread at a time.</summary>
internal sealed class SpanReadings
{
    private const string RequestMeter = "Microsoft.AspNetCore.Hosting", RequestInstrument = "http.server.request.duration";

    private readonly ActivityProvider _provider;
    private readonly FilterWatch _watch = new();
    private long _intervals;

    private SpanReadings(ActivityProvider provider, SpanTarget target)
    {
        _provider = provider;
        Reader = new ActivityReader(target.Process, provider.IsSampled, target.Sink);
    }

    /// <summary>What has come.</summary>
    public ActivityReader Reader { get; }

    /// <summary>The target serves requests, and does not tell of them any more: only a session that is begun anew brings spans again.</summary>
    public bool FilterTaken => _watch.IsTaken;

    /// <returns>Null if no spans are wanted, or the runtime can't be asked for those that are.</returns>
    public static SpanReadings? For(SpanSampler? sampler, RuntimeInfo? runtime, SpanTarget? target) =>
        sampler is not null && runtime is not null && target is not null && ActivityProvider.For(runtime.Major, sampler) is { } provider ? new SpanReadings(provider, target) : null;

    public EventPipeProvider Provider() => _provider.Build();

    /// <summary>Takes an event of <see cref="ActivityProvider.Name"/>.</summary>
    public void Take(in NetTraceEvent value) => Reader.Take(value);

    /// <summary>Looks at the meters, once after each interval.</summary>
    public void Watch(MeterTable meters)
    {
        if (meters.Intervals == _intervals) return;
        _intervals = meters.Intervals;
        long requests = 0;
        foreach (MeterSeries series in meters.Series)
            if (series.Instrument == RequestInstrument && series.Meter == RequestMeter) requests += series.Count;
        _watch.EndInterval(requests + Reader.Foreign + Reader.Malformed, Reader.Told);
    }
}

/// <summary>Whose spans they are, and where they go.</summary>
internal sealed record SpanTarget(ProcessIdentity Process, SpanSink Sink);
