using System.Diagnostics;
using System.Globalization;

namespace Shop;

/// <summary>Makes spans, and says what is in them. There are none unless somebody listens.</summary>
internal sealed class Trader : IDisposable
{
    private static readonly ActivityTraceId OtherTrace = ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c");
    private static readonly ActivitySpanId OtherSpan = ActivitySpanId.CreateFromString("b7ad6b7169203331");

    private readonly ActivitySource _source = new("Shop.Trades", "2.1");
    private readonly ActivitySource _plain = new("Shop.Plain");

    /// <summary>One trade is five spans: it is received, and within that booked, charged, announced and heard.</summary>
    public IEnumerable<object> Trade(int number)
    {
        var parent = new ActivityContext(OtherTrace, OtherSpan, ActivityTraceFlags.Recorded, "vendor=a:1,other=b", isRemote: true);
        var made = new List<Activity?>();
        // Every second one continues a trace of someone else; the others begin one.
        using (Activity? received = _source.StartActivity("receive", ActivityKind.Server, number % 2 == 0 ? parent : default))
        {
            made.Add(received);
            if (received is not null) received.DisplayName = "Käse, [alt] & \"neu\" \U0001F9C0";
            received?.SetTag("plain", "text").SetTag("list", "a, b],[c").SetTag("json", "{\"a\": [1, 2],\"b\": \"x\"}").SetTag("empty", "").SetTag("missing", null)
                .SetTag("number", 42).SetTag("ratio", 0.5).SetTag("true", true).SetTag("lines", "one\r\ntwo\t[three]").SetTag("url.full", "http://shop/?a=b,c=d&e=[f]");
            using (Activity? booked = _plain.StartActivity("book"))
            {
                made.Add(booked);
                booked?.SetStatus(ActivityStatusCode.Ok);
            }
            using (Activity? charged = _source.StartActivity("charge", ActivityKind.Client))
            {
                made.Add(charged);
                charged?.AddEvent(new ActivityEvent("asked"));
                charged?.AddEvent(new ActivityEvent("exception", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(6_789_012), new ActivityTagsCollection
                {
                    ["exception.type"] = "System.InvalidOperationException",
                    ["exception.message"] = "no money, [none] (at all), \"really\": 0",
                    ["exception.stacktrace"] = "   at Shop.Till.Open(String key, Int32 n) in /src/Till.cs:line 7\n   at Shop.Trader.Trade(Int32 number)",
                    ["attempt"] = number,
                }));
                charged?.SetStatus(ActivityStatusCode.Error, "no money, [none]");
            }
            ActivityLink[] links =
            [
                new(new ActivityContext(OtherTrace, OtherSpan, ActivityTraceFlags.Recorded, "k=v,l=w"), new ActivityTagsCollection { ["why"] = "same order, [twice]", ["nth"] = 2 }),
                new(new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None)),
            ];
            using (Activity? announced = _source.StartActivity("announce", ActivityKind.Producer, default(ActivityContext), links: links)) made.Add(announced);
            using (Activity? heard = _source.StartActivity("hear", ActivityKind.Consumer)) made.Add(heard);
        }
        return made.OfType<Activity>().Where(activity => activity.IsAllDataRequested).Select(Describe);
    }

    public void Dispose()
    {
        _source.Dispose();
        _plain.Dispose();
    }

    /// <summary>As the program itself sees it.</summary>
    private static object Describe(Activity activity) => new
    {
        trace = activity.TraceId.ToHexString(),
        span = activity.SpanId.ToHexString(),
        parent = activity.ParentSpanId.ToHexString(),
        flags = (int)activity.ActivityTraceFlags,
        state = activity.TraceStateString ?? "",
        kind = activity.Kind.ToString(),
        name = activity.DisplayName,
        start = activity.StartTimeUtc.Ticks,
        duration = activity.Duration.Ticks,
        status = activity.Status.ToString(),
        description = activity.StatusDescription ?? "",
        source = activity.Source.Name,
        version = activity.Source.Version ?? "",
        tags = Texts(activity.TagObjects, ""),
        events = activity.Events.Select(e => new { time = e.Timestamp.UtcTicks, name = e.Name, tags = Texts(e.Tags, "null") }),
        links = activity.Links.Select(l => new
        {
            trace = l.Context.TraceId.ToHexString(),
            span = l.Context.SpanId.ToHexString(),
            flags = (int)l.Context.TraceFlags,
            state = l.Context.TraceState ?? "",
            tags = Texts(l.Tags ?? [], "null"),
        }),
    };

    private static IEnumerable<string[]> Texts(IEnumerable<KeyValuePair<string, object?>> tags, string nothing) =>
        tags.Select(tag => new[] { tag.Key, Convert.ToString(tag.Value, CultureInfo.InvariantCulture) is { } text && tag.Value is not null ? text : nothing });
}
