using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>A measuring rod is measured too: what OpenTelemetry's own SDK sends is what the receiver says has come. These need no exporter.</summary>
public sealed class OtlpReceiverTests
{
    private static readonly string[] Pair = ["a", "b"], Keys = ["text", "number", "real", "flag"];

    [Theory]
    [InlineData("grpc", false)]
    [InlineData("grpc", true)]
    [InlineData("http", false)]
    [InlineData("http", true)]
    public async Task Spans_arrive_as_they_were_sent(string protocol, bool gzip)
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var sdk = new OtlpSdk(receiver, protocol, gzip);
        ActivityContext other = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, "rojo=1");
        var start = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(67);
        Activity parent = sdk.Source.StartActivity("parent", ActivityKind.Server, other)!;
        Activity child = sdk.Source.StartActivity(
            ActivityKind.Client, links: [new ActivityLink(other, new ActivityTagsCollection { ["why"] = "ok" })], startTime: start, name: "Grüße 🚀")!;
        child.SetTag("text", "ä").SetTag("number", 17L).SetTag("real", 0.5).SetTag("flag", true).SetTag("list", Pair);
        child.AddEvent(new ActivityEvent("happened", start.AddTicks(5), new ActivityTagsCollection { ["n"] = 1L }));
        child.SetStatus(ActivityStatusCode.Error, "broken").SetEndTime(start.UtcDateTime.AddTicks(10));
        child.Dispose();
        parent.Dispose();

        OtlpCounts counts = await receiver.CountsAsync();
        Assert.Empty(counts.Problems);
        Assert.Equal((2L, 2L, 2L), (counts.Traces.Requests, counts.Traces.Accepted, counts.Traces.Items));
        Assert.Equal(1, (protocol == "grpc" ? counts.Connections.Grpc : counts.Connections.Http).Total);
        ImmutableArray<OtlpRequest> requests = await receiver.RequestsAsync();
        Assert.All(requests, r => Assert.Equal((protocol, gzip ? "gzip" : "identity", "blue"), (r.Protocol, r.Encoding, r.Headers["x-tenant"])));

        ImmutableArray<OtlpSpan> spans = await receiver.SpansAsync();
        Assert.Equal(2, spans.Length);
        OtlpSpan span = spans[0];
        Assert.Equal("string:sdk int:42", $"{span.Resource.GetTyped("service.name")} {span.Resource.GetTyped("answer")}");
        Assert.Equal((sdk.Source.Name, "1.2"), (span.Scope.Name, span.Scope.Version));
        Assert.Equal(
            (child.TraceId.ToHexString(), child.SpanId.ToHexString(), parent.SpanId.ToHexString()), (span.TraceId, span.SpanId, span.ParentSpanId));
        Assert.Equal(("Grüße 🚀", "client", "error", "broken", "rojo=1"), (span.Name, span.Kind, span.Status, span.StatusMessage, span.TraceState));
        Assert.Equal(1u, span.Flags & 0xff);
        ulong nanoseconds = (ulong)(start.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100;
        Assert.Equal((nanoseconds, nanoseconds + 1000), (span.StartTimeUnixNano, span.EndTimeUnixNano));
        Assert.Equal(
            ["string:ä", "int:17", "double:0.5", "bool:true"], Keys.Select(k => span.Attributes.GetTyped(k)));
        Assert.Equal("array:[{\"kind\":\"string\",\"value\":\"a\"},{\"kind\":\"string\",\"value\":\"b\"}]", span.Attributes.GetTyped("list"));
        OtlpSpanEvent happened = Assert.Single(span.Events);
        Assert.Equal(("happened", nanoseconds + 500, "int:1"), (happened.Name, happened.TimeUnixNano, happened.Attributes.GetTyped("n")));
        OtlpSpanLink link = Assert.Single(span.Links);
        Assert.Equal((other.TraceId.ToHexString(), other.SpanId.ToHexString(), "rojo=1"), (link.TraceId, link.SpanId, link.TraceState));
        Assert.Equal(1u, link.Flags & 0xff);
        Assert.Equal("ok", link.Attributes.Get("why"));
        Assert.Equal(("server", other.SpanId.ToHexString(), "unset"), (spans[1].Kind, spans[1].ParentSpanId, spans[1].Status));
        Assert.Equal(spans.Select(s => $"{s.TraceId}-{s.SpanId}"), await receiver.SpanIdsAsync());
    }

    [Theory]
    [InlineData("grpc", false)]
    [InlineData("http", true)]
    public async Task Metrics_arrive_as_they_were_sent(string protocol, bool gzip)
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var sdk = new OtlpSdk(receiver, protocol, gzip);
        var counter = sdk.Meter.CreateCounter<long>("counter", "{thing}", "Things.");
        var histogram = sdk.Meter.CreateHistogram<double>("explicit", advice: new() { HistogramBucketBoundaries = [1, 2] });
        var exponential = sdk.Meter.CreateHistogram<double>("exponential");
        sdk.Meter.CreateObservableGauge("gauge", () => double.PositiveInfinity);
        counter.Add(3, new KeyValuePair<string, object?>("k", "v"));
        foreach (double value in new[] { 0.5, 1.5, 1.75, 9 }) histogram.Record(value);
        foreach (double value in new[] { 0, 1, 2.5 }) exponential.Record(value);
        Assert.True(sdk.SendMetrics());
        counter.Add(1, new KeyValuePair<string, object?>("k", "v"));
        Assert.True(sdk.SendMetrics());

        OtlpCounts counts = await receiver.CountsAsync();
        Assert.Empty(counts.Problems);
        Assert.Equal((2L, 8L), (counts.Metrics.Requests, counts.Metrics.Items));
        Assert.Equal([3L, 4L], (await receiver.PointsAsync()).Where(p => p.Name == "counter").Select(p => p.AsInt!.Value));
        Dictionary<string, OtlpPoint> last = (await receiver.MetricsAsync()).ToDictionary(p => p.Name);
        Assert.Equal(4, last.Count);
        OtlpPoint sum = last["counter"];
        Assert.Equal(
            ("sum", "cumulative", true, "{thing}", "Things.", 4d), (sum.Type, sum.Temporality, sum.IsMonotonic, sum.Unit, sum.Description, sum.Value));
        Assert.Equal("v", sum.Attributes.Get("k"));
        Assert.Equal(("sdk", "3.4"), (sum.Resource.Get("service.name"), sum.Scope.Version));
        Assert.InRange(sum.TimeUnixNano, sum.StartTimeUnixNano + 1, ulong.MaxValue);
        Assert.Equal(("gauge", double.PositiveInfinity), (last["gauge"].Type, last["gauge"].AsDouble));
        OtlpPoint buckets = last["explicit"];
        Assert.Equal(("histogram", 4ul, 12.75, 0.5, 9d), (buckets.Type, buckets.Count, buckets.Sum, buckets.Min, buckets.Max));
        Assert.Equal([1ul, 2, 1], buckets.BucketCounts);
        Assert.Equal([1d, 2], buckets.Bounds);
        OtlpPoint scaled = last["exponential"];
        Assert.Equal(("exponentialHistogram", 3ul, 1ul), (scaled.Type, scaled.Count, scaled.ZeroCount));
        Assert.Equal(2, scaled.Positive!.Counts.Sum(c => (long)c));
        Assert.NotNull(scaled.Scale);
    }

    [Fact]
    public async Task Of_many_spans_it_can_keep_ids_alone()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync(idsOnly: true);
        using var sdk = new OtlpSdk(receiver, "grpc");
        for (int i = 0; i < 3; i++) sdk.SendSpan();
        string[] ids = await receiver.SpanIdsAsync();
        Assert.Equal(3, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{32}-[0-9a-f]{16}$", id));
        Assert.Empty(await receiver.SpansAsync());
        await receiver.ResetAsync();
        Assert.Empty(await receiver.SpanIdsAsync());
        Assert.Equal(0, (await receiver.CountsAsync()).Traces.Requests);
    }

    [Fact]
    public async Task With_a_certificate_it_speaks_tls()
    {
        using var scratch = new Scratch();
        OtlpReceiverTls tls = Certificates.Make(scratch);
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync(tls);
        foreach (string protocol in new[] { "grpc", "http" })
        {
            using var trusting = new OtlpSdk(receiver, protocol, tls: tls);
            Assert.Equal(HttpStatusCode.OK, trusting.SendSpan().Status);
            using var strict = new OtlpSdk(receiver, protocol);
            Assert.Null(strict.SendSpan().Status);
        }
        Assert.Equal(2, (await receiver.CountsAsync()).Traces.Items);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http")]
    public async Task Clients_may_need_a_certificate_too(string protocol)
    {
        using var scratch = new Scratch();
        OtlpReceiverTls tls = Certificates.Make(scratch);
        OtlpReceiverTls mutual = tls with { ClientAuthority = tls.Certificate };
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync(mutual);
        using var unknown = new OtlpSdk(receiver, protocol, tls: tls);
        Assert.Null(unknown.SendSpan().Status);
        using var known = new OtlpSdk(receiver, protocol, tls: mutual);
        Assert.Equal(HttpStatusCode.OK, known.SendSpan().Status);
        Assert.Equal(1, (await receiver.CountsAsync()).Traces.Items);
    }
}
