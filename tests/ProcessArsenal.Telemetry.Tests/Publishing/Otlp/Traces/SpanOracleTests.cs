using Google.Protobuf;
using Opentelemetry.Proto.Trace.V1;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using Span = ProcessArsenal.Telemetry.EventPipe.Activities.Span;
using Wire = Opentelemetry.Proto.Trace.V1.Span;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Traces;

/// <summary>What our encoder is held against is held against the numbers of the specification, written out.</summary>
public sealed class SpanOracleTests
{
    private static readonly Span Bare = new()
    {
        TraceId = new TraceId(0x0102030405060708, 0x090a0b0c0d0e0f10),
        SpanId = new SpanId(0x1112131415161718),
        ParentSpanId = default,
        Name = "a",
        Start = DateTime.UnixEpoch.AddTicks(1),
        Duration = TimeSpan.FromTicks(2),
    };

    private const string Ids = "0a100102030405060708090a0b0c0d0e0f10 12081112131415161718";

    [Fact]
    public void Of_a_bare_span_little_is_told() => Check(Ids + "2a0161 3001 396400000000000000 412c01000000000000", SpanOracle.ToProto(Bare));

    [Fact]
    public void Everything_has_its_number()
    {
        SpanTag[] tags = [new("k", "v"), new("server.port", "80"), new("k", "w"), new("http.route", "80")];
        Span full = Bare with
        {
            TraceState = "x=1",
            ParentSpanId = new SpanId(0xff),
            Kind = SpanKind.Consumer,
            Tags = [.. tags],
            DroppedTags = 1,
            Events = [new SpanEvent(DateTime.UnixEpoch.AddTicks(3), "e", [.. tags[..1]], 4)],
            DroppedEvents = 2,
            Links = [new SpanLink(Bare.TraceId, Bare.SpanId, 1, "y", [.. tags[..1]], 5)],
            DroppedLinks = 3,
            Status = SpanStatus.Error,
            StatusDescription = "no",
            TraceFlags = 1,
        };
        const string attribute = "0a016b 12030a0176";
        Check(
            Ids + "1a03783d31 220800000000000000ff 2a0161 3005 396400000000000000 412c01000000000000"
            + "4a08" + attribute + "4a110a0b7365727665722e706f727412021850" + "4a120a0a687474702e726f757465 12040a023830" + "5001"
            + "5a18 092c01000000000000 120165 1a08" + attribute + "2004" + "6002"
            + "6a30" + Ids + "1a0179 2208" + attribute + "2805 3501000000" + "7003"
            + "7a0612026e6f1802 850101000000",
            SpanOracle.ToProto(full));
    }

    [Theory]
    [InlineData("http.response.status_code", "200", 200L)]
    [InlineData("http.request.resend_count", "-1", -1L)]
    [InlineData("network.peer.port", "http", null)]
    [InlineData("server.port", "99999999999999999999", null)]
    [InlineData("server.port", "", null)]
    [InlineData("http.route", "200", null)]
    public void Known_numbers_are_numbers(string name, string value, long? number)
    {
        var sent = Assert.Single(SpanOracle.ToProto(Bare with { Tags = [new SpanTag(name, value)] }).Attributes).Value;
        if (number is null) Assert.Equal((true, value), (sent.HasStringValue, sent.StringValue));
        else Assert.Equal((true, number), (sent.HasIntValue, sent.IntValue));
    }

    [Fact]
    public void A_description_alone_is_a_status_too()
    {
        Assert.Null(SpanOracle.ToProto(Bare).Status);
        Check("120161", SpanOracle.ToProto(Bare with { StatusDescription = "a" }).Status);
        Check("1801", SpanOracle.ToProto(Bare with { Status = SpanStatus.Ok }).Status);
    }

    [Theory]
    [InlineData(SpanKind.Internal, Wire.Types.SpanKind.Internal, 1)]
    [InlineData(SpanKind.Server, Wire.Types.SpanKind.Server, 2)]
    [InlineData(SpanKind.Client, Wire.Types.SpanKind.Client, 3)]
    [InlineData(SpanKind.Producer, Wire.Types.SpanKind.Producer, 4)]
    [InlineData(SpanKind.Consumer, Wire.Types.SpanKind.Consumer, 5)]
    internal void Kinds_are_one_more(SpanKind kind, Wire.Types.SpanKind sent, int number)
    {
        Assert.Equal(sent, SpanOracle.ToProto(Bare with { Kind = kind }).Kind);
        Assert.Equal(number, (int)sent);
    }

    [Fact]
    public void What_is_no_text_is_replaced() => Assert.Equal("a\ufffd", Wire.Parser.ParseFrom(SpanOracle.ToProto(Bare with { Name = "a\ud800" }).ToByteArray()).Name);

    [Fact]
    public void A_request_holds_sources_in_a_resource()
    {
        byte[] resource = Convert.FromHexString("0a080a016b12030a0176");
        Span other = Bare with { Source = "s", SourceVersion = "1" };
        var request = new ExportTraceServiceRequest { ResourceSpans = { SpanOracle.ToResource(resource, SpanOracle.ToScope(other, other), SpanOracle.ToScope(Bare)) } };
        string span = Convert.ToHexString(SpanOracle.ToProto(Bare).ToByteArray());
        Check("0ab901" + "0a0a0a080a016b12030a0176" + "1272 0a06 0a0173 120131 1233" + span + "1233" + span + "1237 0a00 1233" + span, request);
    }

    private static void Check(string hex, IMessage message) =>
        Assert.Equal(hex.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant(), Convert.ToHexString(message.ToByteArray()));
}
