using System.Text.Json.Serialization;
using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Telemetry.Tracing;
using ProcessArsenal.Telemetry.Tracing.Events;

namespace ProcessArsenal.Control.Tracing;

/// <summary>What is known of a recording.</summary>
public sealed record TraceRecord : ArtifactRecord
{
    internal const string KindName = "trace";

    /// <summary>What it is asked for: names of presets, or providers.</summary>
    public required IReadOnlyList<string> For { get; init; }

    /// <summary>What of it is shown unless something else is asked for; null for all.</summary>
    public TraceFilters? Filters { get; init; }

    /// <summary>The kernel's samples, not what a runtime tells.</summary>
    [JsonIgnore]
    public bool IsNative => For.Any(static text => TracePreset.Find(text) is { IsNative: true });

    public required TraceState State { get; init; }

    /// <summary>How long it is to take, seconds.</summary>
    public required double Asked { get; init; }

    /// <summary>Why it ended: duration, asked, shutdown, bytes, events, target, unwritable, interrupted.</summary>
    public string? Ended { get; init; }

    /// <summary>Events so far; samples of a native profile.</summary>
    public long Events { get; init; }

    /// <summary>Events that the process wrote and that never came; samples of whatever process that we did not take in time.</summary>
    public long Lost { get; init; }

    [JsonIgnore]
    public override string Kind => KindName;

    [JsonIgnore]
    public override string FileName => IsNative ? "profile.json.gz" : "trace.nettrace";

    [JsonIgnore]
    public override bool IsDone => State == TraceState.Done;

    internal override ArtifactRecord Interrupted(long bytes) => this with { State = TraceState.Done, Ended = "interrupted", Wrong = "the exporter ended meanwhile", Bytes = bytes };
}

/// <summary>Which events of a recording are shown: parts of names, or whole ones with <c>*</c> and <c>?</c>, without regard to case.</summary>
/// <param name="Provider">Of their provider.</param>
/// <param name="Event">Of their name, such as <c>GC/Start</c>.</param>
/// <param name="Source">Of their activity source.</param>
/// <param name="Method">Of methods that the report says more of; it leaves no event out.</param>
public sealed record TraceFilters(string? Provider, string? Event, string? Source, string? Method)
{
    public EventFilter ToFilter() => new() { Provider = Of(Provider), Event = Of(Event), Source = Of(Source) };

    private static NamePattern? Of(string? text) => text is null ? null : NamePattern.Parse(text);
}

/// <summary>How a recording stands.</summary>
public enum TraceState
{
    [JsonStringEnumMemberName("recording")]
    Recording,

    [JsonStringEnumMemberName("done")]
    Done,
}
