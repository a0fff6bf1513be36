using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>The spans of one session on a target, and whether it still tells them. Used by one thread at a time.</summary>
internal sealed class SpanReadings
{
    /// <summary>Why a target is asked for no spans, in words.</summary>
    public const string
        HasSdk = "it has an OpenTelemetry SDK of its own, which would export what is sampled for us: dotnet.spans.sampler can ask it all the same",
        NotBegun = "its session for spans has not begun",
        HasJustBegun = "it has just begun, and may load an OpenTelemetry SDK",
        MayHaveSdk = "its runtime does not tell what it has loaded, which may be an OpenTelemetry SDK: dotnet.spans.sampler can ask it all the same",
        OnlyAll = "its runtime can be asked for all or none: dotnet.spans.sampler can be all",
        Unknown = "its runtime does not say what it is";

    private const string RequestMeter = "Microsoft.AspNetCore.Hosting", RequestInstrument = "http.server.request.duration";

    private readonly ActivityProvider _provider;
    private readonly FilterWatch _watch = new();
    private readonly TimeSpan _heartbeat;
    private string? _refusal = NotBegun;
    private long _intervals;

    private SpanReadings(SpanSampler sampler, ActivityProvider provider, SpanTarget target, RuntimeInfo runtime, TimeSpan heartbeat)
    {
        Sampler = sampler;
        Runtime = runtime.Major;
        _provider = provider;
        _heartbeat = heartbeat;
        Reader = new ActivityReader(target.Process, provider.IsSampled, target.Sink, runtime);
    }

    public SpanSampler Sampler { get; }

    /// <summary>Major version of the target's runtime.</summary>
    public int Runtime { get; }

    public LoadedAssemblies Assemblies { get; } = new();

    /// <summary>Why it is asked for none now, in words; null while it is asked. From any thread.</summary>
    public string? Refusal
    {
        get => Volatile.Read(ref _refusal);
        set => Volatile.Write(ref _refusal, value);
    }

    /// <summary>What has come.</summary>
    public ActivityReader Reader { get; }

    /// <summary>The target serves requests, and does not tell of them any more: only a session that is begun anew brings spans again.</summary>
    public bool FilterTaken => _watch.IsTaken && Refusal is null;

    /// <summary>Requests that it served meanwhile, at least.</summary>
    public long Untold => _watch.Untold;

    /// <param name="heartbeat">How often its session writes something: one that a killed collector left behind ends at its next write, and takes the filter
    /// along that another has by then.</param>
    /// <returns>Null if no spans are wanted, or the runtime can't be asked for those that are.</returns>
    public static SpanReadings? For(SpanSampler? sampler, RuntimeInfo? runtime, SpanTarget? target, TimeSpan heartbeat) =>
        sampler is not null && runtime is not null && target is not null && ActivityProvider.For(runtime.Major, sampler) is { } provider
            ? new SpanReadings(sampler, provider, target, runtime, heartbeat)
            : null;

    /// <summary>What the session asks for.</summary>
    public EventPipeProvider[] Providers() =>
        [_provider.Build(), new EventPipeProvider(RuntimeCounters.Provider, EventLevel.Informational, RuntimeCounters.Keywords, RuntimeCounters.Arguments(_heartbeat))];

    /// <summary>Takes an event of <see cref="ActivityProvider.Name"/>.</summary>
    public void Take(in NetTraceEvent value) => Reader.Take(value);

    /// <summary>Looks at the meters, once after each interval.</summary>
    public void Watch(MeterTable meters)
    {
        if (meters.Intervals == _intervals || Refusal is not null) return;
        _intervals = meters.Intervals;
        long requests = 0;
        foreach (MeterSeries series in meters.Series)
            if (series.Instrument == RequestInstrument && series.Meter == RequestMeter) requests += series.Count;
        _watch.EndInterval(requests, Reader.Foreign + Reader.Malformed, Reader.Told);
    }
}

/// <summary>Whose spans they are, and where they go.</summary>
internal sealed record SpanTarget(ProcessIdentity Process, SpanSink Sink);
