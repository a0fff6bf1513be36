using System.Collections.Immutable;

namespace ProcessArsenal.Tests;

/// <summary>A span that an <see cref="OtlpReceiver"/> was sent. Ids are hexadecimal digits.</summary>
/// <param name="ParentSpanId">Empty if it has none.</param>
/// <param name="Flags">All 32 bits.</param>
/// <param name="Kind">internal, server, client, producer, consumer.</param>
/// <param name="Status">unset, ok, error.</param>
internal sealed record OtlpSpan(
    ImmutableArray<OtlpAttribute> Resource,
    OtlpScope Scope,
    string TraceId,
    string SpanId,
    string ParentSpanId,
    uint Flags,
    string TraceState,
    string Name,
    string Kind,
    ulong StartTimeUnixNano,
    ulong EndTimeUnixNano,
    string Status,
    string StatusMessage,
    ImmutableArray<OtlpAttribute> Attributes,
    uint DroppedAttributes,
    ImmutableArray<OtlpSpanEvent> Events,
    uint DroppedEvents,
    ImmutableArray<OtlpSpanLink> Links,
    uint DroppedLinks);

internal sealed record OtlpSpanEvent(ulong TimeUnixNano, string Name, ImmutableArray<OtlpAttribute> Attributes, uint DroppedAttributes);

internal sealed record OtlpSpanLink(
    string TraceId, string SpanId, uint Flags, string TraceState, ImmutableArray<OtlpAttribute> Attributes, uint DroppedAttributes);

internal sealed record OtlpScope(string Name, string Version, ImmutableArray<OtlpAttribute> Attributes);

/// <param name="Kind">string, bool, int, double, bytes, array, list; none if it has no value.</param>
/// <param name="Value">As text whatever it is.</param>
internal sealed record OtlpAttribute(string Key, string Kind, string Value);

/// <summary>A point of a metric that an <see cref="OtlpReceiver"/> was sent, with what it is a point of. Null or empty is what its type does not have.</summary>
/// <param name="Type">gauge, sum, histogram, exponentialHistogram, summary.</param>
/// <param name="Temporality">delta, cumulative, unspecified.</param>
/// <param name="StartTimeUnixNano">0 if not given.</param>
/// <param name="Flags">1: there is no value any more.</param>
internal sealed record OtlpPoint(
    ImmutableArray<OtlpAttribute> Resource,
    OtlpScope Scope,
    string Name,
    string Description,
    string Unit,
    string Type,
    string? Temporality,
    bool? IsMonotonic,
    ImmutableArray<OtlpAttribute> Attributes,
    ulong StartTimeUnixNano,
    ulong TimeUnixNano,
    uint Flags)
{
    public double? AsDouble { get; init; }

    public long? AsInt { get; init; }

    /// <summary>Of a gauge or sum, whichever way it was sent.</summary>
    public double? Value => AsDouble ?? AsInt;

    public ulong? Count { get; init; }

    public double? Sum { get; init; }

    public double? Min { get; init; }

    public double? Max { get; init; }

    public ImmutableArray<double> Bounds { get; init; } = [];

    public ImmutableArray<ulong> BucketCounts { get; init; } = [];

    public int? Scale { get; init; }

    public ulong? ZeroCount { get; init; }

    public double? ZeroThreshold { get; init; }

    public OtlpBuckets? Positive { get; init; }

    public OtlpBuckets? Negative { get; init; }

    public ImmutableArray<OtlpQuantile> Quantiles { get; init; } = [];

    public ImmutableArray<OtlpExemplar> Exemplars { get; init; } = [];
}

internal sealed record OtlpBuckets(int Offset, ImmutableArray<ulong> Counts);

internal sealed record OtlpQuantile(double Quantile, double Value);

internal sealed record OtlpExemplar(ulong TimeUnixNano, double Value, string TraceId, string SpanId, ImmutableArray<OtlpAttribute> Attributes);

internal static class OtlpAttributes
{
    /// <summary>The value of an attribute; null if there is none of that key.</summary>
    public static string? Get(this ImmutableArray<OtlpAttribute> attributes, string key) => attributes.FirstOrDefault(a => a.Key == key)?.Value;

    /// <summary>The same with its kind: <c>int:200</c>.</summary>
    public static string? GetTyped(this ImmutableArray<OtlpAttribute> attributes, string key) =>
        attributes.FirstOrDefault(a => a.Key == key) is { } found ? $"{found.Kind}:{found.Value}" : null;
}
