using System.Text.Json.Serialization;
using ProcessArsenal.Telemetry.Tracing;
using ProcessArsenal.Telemetry.Tracing.Events;

namespace ProcessArsenal.Control.Tracing;

/// <summary>What is known of a recording: its manifest, kept beside it.</summary>
public sealed record TraceRecord
{
    /// <summary>As it is asked for: the number of the action in the ledger.</summary>
    public required string Id { get; init; }

    /// <summary>Number of the action in the ledger.</summary>
    public required long Action { get; init; }

    /// <summary>Of the process that is recorded.</summary>
    public required string Identity { get; init; }

    public required int Pid { get; init; }

    /// <summary>Of the process; it chose that itself.</summary>
    public required string Name { get; init; }

    /// <summary>What it is asked for: names of presets, or providers.</summary>
    public required IReadOnlyList<string> For { get; init; }

    /// <summary>What of it is shown unless something else is asked for; null for all.</summary>
    public TraceFilters? Filters { get; init; }

    /// <summary>The kernel's samples, not what a runtime tells.</summary>
    [JsonIgnore]
    public bool IsNative => For.Any(static text => TracePreset.Find(text) is { IsNative: true });

    public required TraceState State { get; init; }

    public required DateTimeOffset Began { get; init; }

    /// <summary>How long it is to take, seconds.</summary>
    public required double Asked { get; init; }

    /// <summary>How long it took, seconds; null: it goes on, or that is not known.</summary>
    public double? Duration { get; init; }

    /// <summary>Why it ended: duration, asked, shutdown, bytes, events, target, unwritable, interrupted.</summary>
    public string? Ended { get; init; }

    /// <summary>Of the file, so far.</summary>
    public long Bytes { get; init; }

    /// <summary>Events so far; samples of a native profile.</summary>
    public long Events { get; init; }

    /// <summary>Events that the process wrote and that never came; samples of whatever process that we did not take in time.</summary>
    public long Lost { get; init; }

    /// <summary>What is wrong with the file, in words; null if it is whole.</summary>
    public string? Wrong { get; init; }

    /// <summary>Of the file, in hexadecimal digits; null as long as it is written.</summary>
    public string? Sha256 { get; init; }
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

/// <summary>How manifests are written: snake_case, nothing for what is not known.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TraceRecord))]
[JsonSerializable(typeof(Dictionary<int, double>))]
internal sealed partial class TraceJson : JsonSerializerContext;
