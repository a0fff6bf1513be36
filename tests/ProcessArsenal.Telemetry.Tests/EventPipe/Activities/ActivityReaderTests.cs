using CsCheck;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.Tests.EventPipe.Activities;

/// <summary>Events as the runtime writes them, and others.</summary>
public sealed class ActivityReaderTests
{
    [Fact]
    public void A_span_is_what_its_activity_says()
    {
        Span span = ActivityPayload.ReadOne(ActivityPayload.Stop("Shop.Trades", ("TraceState", "a=1,b=2"), ("Status", "Error"), ("StatusDescription", "no, [none]"), ("Tags", "[k, v]"), ("Version", "2.1")));
        Assert.Equal((ActivityPayload.Trace, ActivityPayload.Span, ActivityPayload.Parent), (span.TraceId.ToString(), span.SpanId.ToString(), span.ParentSpanId.ToString()));
        Assert.Equal(("sell", "Shop.Trades", "2.1", "a=1,b=2", "no, [none]"), (span.Name, span.Source, span.SourceVersion, span.TraceState, span.StatusDescription));
        Assert.Equal((SpanKind.Server, SpanStatus.Error, 1), (span.Kind, span.Status, span.TraceFlags));
        Assert.Equal((639311866384266082, DateTimeKind.Utc, 2119), (span.Start.Ticks, span.Start.Kind, span.Duration.Ticks));
        Assert.Equal([new SpanTag("k", "v")], span.Tags);
        byte[] bytes = new byte[24];
        span.TraceId.CopyTo(bytes);
        span.SpanId.CopyTo(bytes.AsSpan(16));
        Assert.Equal(ActivityPayload.Trace + ActivityPayload.Span, Convert.ToHexStringLower(bytes));
    }

    [Theory]
    [InlineData("TraceId", "0af7651916cd43dd8448eb211c80319")]
    [InlineData("TraceId", "0af7651916cd43dd8448eb211c80319cc")]
    [InlineData("TraceId", "0af7651916cd43dd8448eb211c80319g")]
    [InlineData("TraceId", " 0af7651916cd43dd8448eb211c80319")]
    [InlineData("SpanId", "b7ad6b716920333")]
    [InlineData("SpanId", null)]
    [InlineData("ParentSpanId", "-0f067aa0ba902b7")]
    [InlineData("ParentSpanId", null)]
    [InlineData("StartTicks", "-1")]
    [InlineData("StartTicks", "1")]
    [InlineData("StartTicks", "3155378975999999999")]
    [InlineData("StartTicks", "639,311")]
    [InlineData("DurTicks", "-1")]
    [InlineData("DurTicks", "9223372036854775807")]
    [InlineData("DurTicks", "99999999999999999999")]
    [InlineData("DurTicks", null)]
    public void What_has_another_shape_is_counted(string key, string? value)
    {
        (ActivityReader reader, List<Span> spans) = ActivityPayload.Read(true, ("ActivityStop", ActivityPayload.Stop("Shop", (key, value))));
        Assert.Equal((0, 1L), (spans.Count, reader.Malformed));
    }

    [Fact]
    public void So_is_what_breaks_off_or_is_too_large()
    {
        byte[] stop = ActivityPayload.Stop();
        (ActivityReader reader, List<Span> spans) = ActivityPayload.Read(
            true, ("ActivityStop", stop[..^2]), ("ActivityStop", []), ("ActivityStop", [.. stop, .. new byte[70_000]]), ("ActivityStop", [.. stop, 1, 2, 3]));
        Assert.Equal((1, 3L, 1L), (spans.Count, reader.Malformed, reader.Spans)); // What a later version appends does no harm.
    }

    [Fact]
    public void What_was_not_meant_is_left_out()
    {
        (ActivityReader reader, List<Span> spans) = ActivityPayload.Read(true,
            ("ActivityStop", ActivityPayload.Stop("Experimental.System.Net.Http.Connections")),
            ("ActivityStop", ActivityPayload.Stop("Experimental.System.Net.Sockets")),
            ("ActivityStop", ActivityPayload.Stop("Shop", ("Flags", "None"))),
            ("ActivityStop", ActivityPayload.Stop("Shop", ("TraceId", new string('0', 32)))),
            ("ActivityStop", ActivityPayload.Stop("Shop", ("SpanId", new string('0', 16)))),
            ("ActivityStop", ActivityPayload.Write("Shop", "operation", ("Duration", "00:00:01"))),
            ("ActivityStart", ActivityPayload.Stop()),
            ("Event", ActivityPayload.Write("Other", "Event", ("SpanId", ActivityPayload.Span))));
        Assert.Empty(spans);
        Assert.Equal((2L, 1L, 2L, 1L, 0L), (reader.Experimental, reader.Unsampled, reader.WithoutId, reader.Foreign, reader.Malformed));
    }

    [Theory]
    [InlineData("None", 0)]
    [InlineData("Recorded", 1)]
    [InlineData("3", 3)]
    [InlineData("Recorded, RandomTraceId", 1)]
    [InlineData("300", 0)]
    public void Who_asks_for_all_takes_the_unsampled_too(string flags, int value) =>
        Assert.Equal(value, ActivityPayload.ReadOne(ActivityPayload.Stop("Shop", ("Flags", flags)), isSampled: false).TraceFlags);

    [Fact]
    public void What_is_unknown_of_kind_and_status_is_the_least()
    {
        Span span = ActivityPayload.ReadOne(ActivityPayload.Stop("", ("Kind", "77"), ("Status", null), ("DisplayName", null), ("ParentSpanId", new string('0', 16))));
        Assert.Equal((SpanKind.Internal, SpanStatus.Unset, "", "", true), (span.Kind, span.Status, span.Name, span.Source, span.ParentSpanId.IsZero));
    }

    [Fact]
    public void What_is_too_much_is_cut_and_counted()
    {
        string tags = string.Join(',', Enumerable.Range(0, 200).Select(i => $"[tag{i}, {i}]"));
        string events = "[" + string.Join(",\u200B", Enumerable.Range(0, 150).Select(i => $"(e{i},\u200B2026-01-02T03:04:05.6789012+00:00,\u200B[])")) + "]";
        string links = "[" + string.Join(",\u200B", Enumerable.Range(0, 140).Select(_ => $"({ActivityPayload.Trace},\u200B{ActivityPayload.Span},\u200BNone,\u200Bnull,\u200Bfalse)")) + "]";
        Span span = ActivityPayload.ReadOne(ActivityPayload.Stop("Shop", ("Tags", tags), ("Events", events)));
        Assert.Equal((128, 72, 128, 22, 0), (span.Tags.Length, span.DroppedTags, span.Events.Length, span.DroppedEvents, span.CutTexts));
        Span linked = ActivityPayload.ReadOne(ActivityPayload.Stop("Shop", ("Links", links)));
        Assert.Equal((128, 12), (linked.Links.Length, linked.DroppedLinks));
        Assert.Equal(("", ""), (linked.Links[0].TraceState, linked.TraceState));

        Span texts = ActivityPayload.ReadOne(ActivityPayload.Stop("Shop", ("DisplayName", new string('n', 300)), ("TraceState", new string('s', 513)), ("Tags", $"[k, {new string('v', 8191)}\U0001F9C0]")));
        Assert.Equal((256, "", 8191, 3), (texts.Name.Length, texts.TraceState, texts.Tags[0].Value.Length, texts.CutTexts)); // Never half a character.
        Assert.Equal(1, ActivityPayload.ReadOne(ActivityPayload.Stop("Shop", ("Links", "[(nothing)]"))).DroppedLinks);
    }

    [Fact]
    public void Runtimes_before_10_tell_how_many_events_and_links_there_are()
    {
        Span span = ActivityPayload.ReadOne(ActivityPayload.Stop(
            "Shop", ("Events", "System.Diagnostics.DiagLinkedList`1[System.Diagnostics.ActivityEvent]"), ("Links", "System.Diagnostics.ActivityLink[]"),
            ("EventCount", "System.Diagnostics.ActivityEvent,System.Diagnostics.ActivityEvent"), ("LinkCount", "")));
        Assert.Equal((0, 2, 0, 0), (span.Events.Length, span.DroppedEvents, span.Links.Length, span.DroppedLinks));
    }

    [Fact]
    public void A_filter_that_is_refused_is_told()
    {
        (ActivityReader reader, _) = ActivityPayload.Read(true, ("Message", System.Text.Encoding.Unicode.GetBytes("DiagnosticSource: Enabling '*'\0")), ("Message", [1]),
            ("Message", System.Text.Encoding.Unicode.GetBytes("DiagnosticSource: Ignoring filterAndPayloadSpec\0")));
        Assert.Equal("DiagnosticSource: Ignoring filterAndPayloadSpec", reader.Complaint);
        reader.BeginStream();
        Assert.Null(reader.Complaint);
    }

    [Fact]
    public void Names_are_shared_up_to_a_limit()
    {
        var texts = new SpanTexts();
        string first = texts.Name("name0");
        for (int i = 0; i < SpanTexts.MostNames + 10; i++) texts.Name($"name{i}");
        Assert.Same(first, texts.Name("name0"));
        Assert.NotSame(texts.Name("name1030"), texts.Name("name1030"));
    }

    [Fact]
    public void An_activity_that_is_not_handed_on_allocates_nothing()
    {
        var reader = new ActivityReader(ActivityPayload.Process, true, new SpanSink());
        var kind = new EventMetadata(ActivityProvider.Name, 16, "ActivityStop", 0, 0, 4, []);
        byte[] unsampled = ActivityPayload.Stop("Shop", ("Flags", "None")), connection = ActivityPayload.Stop("Experimental.System.Net.Http");
        long allocated = 0;
        for (int i = 0; i < 100; i++)
        {
            if (i == 1) allocated = GC.GetAllocatedBytesForCurrentThread();
            reader.Take(new NetTraceEvent(kind, 0, 0, unsampled));
            reader.Take(new NetTraceEvent(kind, 0, 0, connection));
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    [Theory]
    [InlineData(10, "rate(100)", "[AS]*/Stop-ParentRateLimitingSampler(100):-TraceId;", true)]
    [InlineData(11, "rate(7)", "[AS]*/Stop-ParentRateLimitingSampler(7):-TraceId;", true)]
    [InlineData(10, "ratio(0.5)", "[AS]*/Stop-ParentRatioSampler(0.5):-TraceId;", true)]
    [InlineData(9, "rate(100)", "[AS]*/Stop-ParentRatioSampler(0.05):-TraceId;", true)]
    [InlineData(9, "ratio(0.000001)", "[AS]*/Stop-ParentRatioSampler(0.000001):-TraceId;", true)]
    [InlineData(8, "rate(100)", null, true)]
    [InlineData(8, "ratio(1)", null, true)]
    [InlineData(8, "all", "[AS]*/Stop-Record:-TraceId;", false)]
    [InlineData(10, "all", "[AS]*/Stop-Record:-TraceId;", false)]
    public void What_a_target_is_asked_for_depends_on_its_runtime(int runtime, string sampler, string? start, bool isSampled)
    {
        ActivityProvider? provider = ActivityProvider.For(runtime, SpanSampler.Parse(sampler)!);
        if (start is null)
        {
            Assert.Null(provider);
            return;
        }
        Assert.StartsWith(start, provider!.Specs, StringComparison.Ordinal);
        Assert.Equal(isSampled, provider.IsSampled);
        Assert.Equal(runtime < 10, provider.Specs.Contains("EventCount", StringComparison.Ordinal));
        Assert.StartsWith("Microsoft.AspNetCore/Microsoft.AspNetCore.Hosting.EndRequest:-SpanId=", provider.Specs.Split('\n')[1], StringComparison.Ordinal);
        Assert.Equal((ActivityProvider.Name, 3L, provider.Specs), (provider.Build().Name, provider.Build().Keywords, provider.Build().Arguments["FilterAndPayloadSpecs"]));
    }

    [Fact]
    public void Ids_are_written_as_they_are_read() => Gen.Select(Gen.ULong, Gen.ULong).Sample((high, low) =>
        TraceId.TryParse($"{high:x16}{low:x16}", out TraceId trace) && trace == new TraceId(high, low) && trace.ToString() == $"{high:x16}{low:x16}"
        && SpanId.TryParse($"{low:x16}", out SpanId span) && span.ToString() == $"{low:x16}");
}
