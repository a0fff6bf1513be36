using System.Collections.Immutable;
using System.Globalization;
using Google.Protobuf;
using Opentelemetry.Proto.Common.V1;
using Opentelemetry.Proto.Resource.V1;
using Opentelemetry.Proto.Trace.V1;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using Span = ProcessArsenal.Telemetry.EventPipe.Activities.Span;
using Wire = Opentelemetry.Proto.Trace.V1.Span;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Traces;

/// <summary>What a span is in OTLP, said a second time, by generated code: our encoder is held against it. Its bytes are in the order of the fields.</summary>
internal static class SpanOracle
{
    /// <summary>Of these the values are numbers, by the semantic conventions; all values come as text.</summary>
    private static readonly string[] Numbers = ["http.request.resend_count", "http.response.status_code", "network.peer.port", "server.port"];

    /// <param name="resource">The body of a resource.</param>
    /// <param name="scopes">Of each a source, as it stands in the request.</param>
    public static ResourceSpans ToResource(ReadOnlySpan<byte> resource, params ScopeSpans[] scopes) =>
        new() { Resource = Resource.Parser.ParseFrom(resource), ScopeSpans = { scopes } };

    /// <param name="spans">At least one, all of one source; whose name and version are left out where they are empty.</param>
    public static ScopeSpans ToScope(params Span[] spans)
    {
        (string name, string version) = (spans[0].Source, spans[0].SourceVersion);
        if (spans.Any(span => (span.Source, span.SourceVersion) != (name, version))) throw new ArgumentException("They are of several sources.", nameof(spans));
        return new ScopeSpans { Scope = new InstrumentationScope { Name = name, Version = version }, Spans = { spans.Select(ToProto) } };
    }

    public static Wire ToProto(Span span) => new()
    {
        TraceId = Id(span.TraceId),
        SpanId = Id(span.SpanId),
        TraceState = span.TraceState,
        ParentSpanId = span.ParentSpanId.IsZero ? ByteString.Empty : Id(span.ParentSpanId),
        Name = span.Name,
        Kind = span.Kind switch
        {
            SpanKind.Internal => Wire.Types.SpanKind.Internal,
            SpanKind.Server => Wire.Types.SpanKind.Server,
            SpanKind.Client => Wire.Types.SpanKind.Client,
            SpanKind.Producer => Wire.Types.SpanKind.Producer,
            SpanKind.Consumer => Wire.Types.SpanKind.Consumer,
            _ => throw new ArgumentOutOfRangeException(nameof(span)),
        },
        StartTimeUnixNano = Nanoseconds(span.Start),
        EndTimeUnixNano = Nanoseconds(span.Start + span.Duration),
        Attributes = { Attributes(span.Tags) },
        DroppedAttributesCount = (uint)span.DroppedTags,
        Events = { span.Events.Select(ToProto) },
        DroppedEventsCount = (uint)span.DroppedEvents,
        Links = { span.Links.Select(ToProto) },
        DroppedLinksCount = (uint)span.DroppedLinks,
        Status = ToStatus(span),
        Flags = span.TraceFlags,
    };

    private static Wire.Types.Event ToProto(SpanEvent value) => new()
    {
        TimeUnixNano = Nanoseconds(value.Time),
        Name = value.Name,
        Attributes = { Attributes(value.Tags) },
        DroppedAttributesCount = (uint)value.DroppedTags,
    };

    private static Wire.Types.Link ToProto(SpanLink link) => new()
    {
        TraceId = Id(link.TraceId),
        SpanId = Id(link.SpanId),
        TraceState = link.TraceState,
        Attributes = { Attributes(link.Tags) },
        DroppedAttributesCount = (uint)link.DroppedTags,
        Flags = link.TraceFlags,
    };

    /// <summary>Of those that were never set there is none.</summary>
    private static Status? ToStatus(Span span) => span.Status == SpanStatus.Unset && span.StatusDescription.Length == 0
        ? null
        : new Status
        {
            Message = span.StatusDescription,
            Code = span.Status switch
            {
                SpanStatus.Unset => Status.Types.StatusCode.Unset,
                SpanStatus.Ok => Status.Types.StatusCode.Ok,
                SpanStatus.Error => Status.Types.StatusCode.Error,
                _ => throw new ArgumentOutOfRangeException(nameof(span)),
            },
        };

    /// <summary>Keys are unique in OTLP: of equal ones the first stays.</summary>
    private static IEnumerable<KeyValue> Attributes(ImmutableArray<SpanTag> tags) =>
        tags.DistinctBy(tag => tag.Name).Select(tag => new KeyValue { Key = tag.Name, Value = Value(tag) });

    private static AnyValue Value(SpanTag tag) =>
        Numbers.Contains(tag.Name) && long.TryParse(tag.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? new AnyValue { IntValue = number }
            : new AnyValue { StringValue = tag.Value };

    private static ulong Nanoseconds(DateTime time) => (ulong)(time - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>By its text, not as our encoder has it.</summary>
    private static ByteString Id(TraceId id) => ByteString.CopyFrom(Convert.FromHexString(id.ToString()));

    private static ByteString Id(SpanId id) => ByteString.CopyFrom(Convert.FromHexString(id.ToString()));
}
