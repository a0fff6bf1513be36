using CsCheck;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.Tests.EventPipe.Activities;

/// <summary>Texts that a target joins without escaping anything, and what is no such text.</summary>
public sealed class ActivityTextPropertyTests
{
    private static readonly string[] Pieces =
        ["[", "]", "(", ")", ",", ", ", "],[", "],[k, ", "[(", ")]", "),\u200B(", ",\u200B", ":\u200B", ",\u200B[", "k", "name", "\U0001F9C0", "\uD800", "2026-01-02T03:04:05.6789012+00:00", ActivityPayload.Trace, ActivityPayload.Span, "{", "}", "/", "17", "null"];

    private static readonly Gen<string> Anything = Gen.OneOf(AnyOf(Pieces).Array[0, 40].Select(string.Concat), Gen.String[0, 200]).Select(text => text.Replace("\0", "", StringComparison.Ordinal));

    private static readonly Gen<string> Name = Gen.Select(Gen.Char["abcxyzÄ_"], Gen.Char["abc019._-/ "].Array[0, 8], (first, rest) => first + new string(rest));

    /// <summary>Whatever holds neither <c>],[</c> nor a zero width space.</summary>
    private static readonly Gen<string> Value = AnyOf("a", "[", "]", "],", ", ", "\"", "\n", "(", "):", "=", "{}", "\U0001F9C0", "").Array[0, 12]
        .Select(pieces => string.Concat(pieces).TrimEnd(']', ',')).Where(value => !value.Contains("],[", StringComparison.Ordinal));

    private static readonly Gen<(string Name, string Value)[]> AnyTags = Gen.Select(Name, Value).Array[0, 8];

    [Theory]
    [InlineData("", "")]
    [InlineData("[k, v]", "k:v")]
    [InlineData("[k, ]", "k:")]
    [InlineData("[k, v],[l, w]", "k:v|l:w")]
    [InlineData("[k, a, b],[c],[l, w]", "k:a, b],[c|l:w")]
    [InlineData("[k, [[1, 2],[3, 4]]],[l, [x]]", "k:[[1, 2],[3, 4]]|l:[x]")]
    [InlineData("[k, [[\"a\", 1],[\"b\", 2]]]", "k:[[\"a\", 1],[\"b\", 2]]")]
    [InlineData("[k, one\ntwo],[my key, w]", "k:one\ntwo|my key:w")]
    [InlineData("[k, v", "!")]
    [InlineData("k, v", "!")]
    [InlineData("[]", "!")]
    [InlineData("[k]", "!")]
    [InlineData("System.Object[]", "!")]
    public void Tags(string text, string tags) => Assert.Equal(tags, Describe(text));

    [Fact]
    public void Tags_are_parted_as_they_were_joined() => AnyTags.Sample(tags =>
        Assert.Equal(string.Join('|', tags.Select(tag => tag.Name + ":" + tag.Value)), Describe(string.Join(',', tags.Select(tag => $"[{tag.Name}, {tag.Value}]")))));

    [Fact]
    public void So_are_events_and_links() => Gen.Select(Gen.Select(Value, AnyTags, Gen.Long[0, 9_999_999]).Array[0, 5], Gen.Select(Gen.ULong[1, ulong.MaxValue], AnyTags, Gen.Bool).Array[0, 5]).Sample((events, links) =>
    {
        DateTime Time(long ticks) => new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(ticks);
        Span span = ActivityPayload.ReadOne(ActivityPayload.Stop("Shop",
            ("Events", "[" + string.Join(",\u200B", events.Select(e => $"({e.Item1},\u200B{Time(e.Item3):yyyy-MM-ddTHH:mm:ss.fffffff}+00:00,\u200B[{Pairs(e.Item2)}])")) + "]"),
            ("Links", "[" + string.Join(",\u200B", links.Select(l => $"({l.Item1:x32},\u200B{l.Item1:x16},\u200BRecorded,\u200B{(l.Item3 ? "null" : "a=1,b=2")},\u200Btrue{(l.Item2.Length == 0 ? "" : $",\u200B[{Pairs(l.Item2)}]")})")) + "]")));
        Assert.Equal((0, 0), (span.DroppedEvents, span.DroppedLinks));
        Assert.Equal(events.Select(e => (Time(e.Item3), e.Item1, Pairs(e.Item2))), span.Events.Select(e => (e.Time, e.Name, Pairs(e.Tags.Select(tag => (tag.Name, tag.Value))))));
        Assert.Equal(links.Select(l => (l.Item1, l.Item3 ? "" : "a=1,b=2", Pairs(l.Item2))), span.Links.Select(l => (l.SpanId.Value, l.TraceState, Pairs(l.Tags.Select(tag => (tag.Name, tag.Value))))));
    });

    [Fact]
    public void A_comma_that_parts_nothing_belongs_to_the_value()
    {
        Span span = ActivityPayload.ReadOne(ActivityPayload.Stop("Shop", ("Events", "[(e,\u200B2026-01-02T03:04:05.6789012+00:00,\u200B[k:\u200Ba,\u200Bb,\u200Bl:\u200Bc])]")));
        Assert.Equal([new SpanTag("k", "a,\u200Bb"), new SpanTag("l", "c")], Assert.Single(span.Events).Tags);
    }

    [Fact]
    public void Any_text_makes_a_span_within_the_limits() => Gen.Select(Anything, Anything, Anything, Anything).Sample((tags, events, links, state) =>
    {
        Span span = ActivityPayload.ReadOne(ActivityPayload.Stop("Shop", ("Tags", tags), ("Events", events), ("Links", links), ("TraceState", state), ("EventCount", tags)));
        Assert.InRange(span.Tags.Length, 0, SpanLimits.MostTags);
        Assert.All(span.Links, link => Assert.False(link.TraceId.IsZero || link.SpanId.IsZero));
        int length = span.Tags.Sum(tag => tag.Name.Length + tag.Value.Length) + span.Events.Sum(e => e.Tags.Sum(tag => tag.Name.Length + tag.Value.Length));
        Assert.InRange(length, 0, tags.Length + events.Length);
    });

    [Fact]
    public void Garbage_does_no_harm()
    {
        var reader = new ActivityReader(ActivityPayload.Process, true, new SpanSink(10));
        Gen.Select(AnyOf("ActivityStop", "Event", "Message", "Version"), Gen.Byte.Array[0, 300]).Sample((name, payload) => Take(reader, name, payload), threads: 1);
    }

    [Fact]
    public void Nor_does_a_payload_with_flaws()
    {
        var reader = new ActivityReader(ActivityPayload.Process, true, new SpanSink(10));
        byte[] stop = ActivityPayload.Stop("Shop", ("Tags", "[k, v],[l, w]"), ("Events", "[(e,\u200B2026-01-02T03:04:05.6789012+00:00,\u200B[k:\u200Bv])]"),
            ("Links", $"[({ActivityPayload.Trace},\u200B{ActivityPayload.Span},\u200BNone,\u200Bnull,\u200Bfalse)]"));
        byte[] request = ActivityPayload.Request(more: ("Peer", "::ffff:10.0.0.1"));
        Gen.Select(Gen.Bool, Gen.Select(Gen.Int[0, 5000], Gen.Byte).Array[1, 4], Gen.Int[0, 5000]).Sample((isStop, flaws, length) =>
        {
            byte[] payload = isStop ? [.. stop] : [.. request];
            foreach ((int at, byte value) in flaws) payload[at % payload.Length] = value;
            Take(reader, isStop ? "ActivityStop" : "Event", payload[..Math.Min(length, payload.Length)]);
        }, threads: 1);
    }

    [Theory]
    [InlineData("],[")]
    [InlineData("],[k")]
    [InlineData(",\u200B")]
    [InlineData("),\u200B(")]
    [InlineData(",\u200Bk:\u200B")]
    public void Long_repetitions_end_soon(string piece)
    {
        string text = string.Concat(Enumerable.Repeat(piece, 30_000 / piece.Length));
        long start = TimeProvider.System.GetTimestamp();
        _ = ActivityPayload.ReadOne(ActivityPayload.Stop("Shop", ("Tags", "[k, " + text + "]")));
        _ = ActivityPayload.ReadOne(ActivityPayload.Stop("Shop", ("Events", "[(e,\u200B2026-01-02T03:04:05.6789012+00:00,\u200B[k:\u200B" + text + "])]")));
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static void Take(ActivityReader reader, string name, byte[] payload) =>
        reader.Take(new NetTraceEvent(new EventMetadata(ActivityProvider.Name, 1, name, 0, 0, 4, []), 0, 0, payload));

    private static string Pairs(IEnumerable<(string Name, string Value)> tags) => string.Join(",\u200B", tags.Select(tag => tag.Name + ":\u200B" + tag.Value));

    private static string Describe(string text)
    {
        var read = new List<string>();
        var tags = new TagText(text);
        while (tags.MoveNext()) read.Add($"{tags.Name}:{tags.Value}");
        if (tags.IsBroken) read.Add("!");
        return string.Join('|', read);
    }
}
