using CsCheck;
using Google.Protobuf;
using Opentelemetry.Proto.Trace.V1;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Traces;
using Span = ProcessArsenal.Telemetry.EventPipe.Activities.Span;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Traces;

/// <summary>Our requests of spans are, byte for byte, what generated code makes of the same spans.</summary>
public sealed class TraceRequestTests
{
    private static readonly SpanOrigin One = new(new ProcessIdentity(1, 10, 3), null), Other = new(new ProcessIdentity(2, 20, 3), null);

    private static readonly DateTime Noon = new(2026, 11, 25, 12, 0, 0, DateTimeKind.Utc);

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[0, 20], Gen.Const("\ud800"), Gen.Const("ключ"), Gen.String[Gen.Char['a', 'z'], 100, 200], Gen.Const("server.port"), Gen.Const("http.response.status_code"));

    private static readonly Gen<SpanTag> Tag = Gen.Select(
        Gen.OneOf(Text, Gen.OneOf(Gen.Const("server.port"), Gen.Const("http.response.status_code"), Gen.Const("a"), Gen.Const("b"))), Gen.OneOf(Text, Gen.Int.Select(number => $"{number}"), Gen.Const("007")), (name, value) => new SpanTag(name, value));

    private static readonly Gen<Span> Any = Gen.Select(
        Gen.ULong, Gen.ULong, Text, Tag.Array[0, 12], Gen.Int[0, 4], Gen.Int[0, 2], Gen.OneOf(Gen.Const(""), Gen.Const("A"), Gen.Const("B")), Gen.Long[0, 1L << 45],
        (high, id, text, tags, kind, status, source, duration) => new Span
        {
            TraceId = new TraceId(high, 1),
            SpanId = new SpanId(id | 1),
            ParentSpanId = new SpanId(id % 3),
            TraceFlags = (byte)(id % 2),
            TraceState = id % 5 == 0 ? "a=1" : "",
            Kind = (SpanKind)kind,
            Name = text,
            Start = Noon,
            Duration = new TimeSpan(duration),
            Status = (SpanStatus)status,
            StatusDescription = id % 4 == 0 ? text : "",
            Tags = [.. tags],
            Events = id % 3 == 0 ? [new SpanEvent(Noon, text, [.. tags], kind)] : [],
            Links = id % 7 == 0 ? [new SpanLink(new TraceId(1, high), new SpanId(7), (byte)kind, "", [.. tags], status)] : [],
            DroppedTags = kind,
            DroppedEvents = status,
            DroppedLinks = kind,
            Source = source,
            SourceVersion = source == "B" && id % 2 == 0 ? "2" : "",
        });

    [Fact]
    public void Bytes_are_those_of_generated_code() => Gen.Select(Any, Gen.Bool).Array[1, 30].Sample(pairs =>
    {
        QueuedSpan[] spans = [.. pairs.Select(pair => new QueuedSpan(pair.Item2 ? One : Other, pair.Item1))];
        var writer = new ProtobufWriter();
        new TraceRequest(ResourceOf).Write(writer, spans);
        ExportTraceServiceRequest expected = new()
        {
            ResourceSpans =
            {
                spans.GroupBy(span => span.Origin).Select(origin => SpanOracle.ToResource(
                    ResourceOf(origin.Key), [.. origin.GroupBy(span => (span.Span.Source, span.Span.SourceVersion)).Select(scope => SpanOracle.ToScope([.. scope.Select(span => span.Span)]))])),
            },
        };
        Assert.Equal(expected.ToByteArray(), writer.Written.ToArray());
    });

    [Fact]
    public void A_second_request_has_nothing_of_the_first_and_allocates_nothing()
    {
        Span span = new() { TraceId = new TraceId(1, 2), SpanId = new SpanId(3), ParentSpanId = default, Name = "GET /", Start = Noon, Duration = TimeSpan.FromMilliseconds(3), Tags = [new SpanTag("a", "b")] };
        QueuedSpan[] many = [.. Enumerable.Range(0, 1000).Select(i => new QueuedSpan(i % 2 == 0 ? One : Other, span with { Source = i % 3 == 0 ? "A" : "B" }))];
        var writer = new ProtobufWriter();
        Dictionary<SpanOrigin, byte[]> resources = new() { [One] = ResourceOf(One), [Other] = ResourceOf(Other) };
        var request = new TraceRequest(origin => resources[origin]);
        request.Write(writer, many);
        long before = GC.GetAllocatedBytesForCurrentThread();
        request.Write(writer, many);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        request.Write(writer, many.AsSpan(0, 1));
        ExportTraceServiceRequest decoded = ExportTraceServiceRequest.Parser.ParseFrom(writer.Written);
        Assert.Single(Assert.Single(Assert.Single(decoded.ResourceSpans).ScopeSpans).Spans);
    }

    private static byte[] ResourceOf(SpanOrigin origin) => OtlpText.Attributes(1, new KeyValuePair<string, string>("service.name", origin.Process.ToString()));
}
