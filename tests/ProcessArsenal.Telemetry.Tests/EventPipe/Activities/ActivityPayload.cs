using System.Text;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.Tests.EventPipe.Activities;

/// <summary>Writes what DiagnosticSourceEventSource of the runtime writes.</summary>
internal static class ActivityPayload
{
    public const string Trace = "0af7651916cd43dd8448eb211c80319c", Span = "b7ad6b7169203331", Parent = "00f067aa0ba902b7";

    public static readonly ProcessIdentity Process = new(1, 2, 3);

    private static readonly (int Id, string Provider, int EventId, string Name)[] Kinds =
        [(1, ActivityProvider.Name, 16, "ActivityStop"), (2, ActivityProvider.Name, 2, "Event"), (3, ActivityProvider.Name, 1, "Message"), (4, ActivityProvider.Name, 15, "ActivityStart")];

    public static byte[] Write(string source, string name, params (string Key, string Value)[] arguments)
    {
        var content = new MemoryStream();
        using var writer = new BinaryWriter(content);
        writer.Write(Encoding.Unicode.GetBytes(source + "\0" + name + "\0"));
        writer.Write((ushort)arguments.Length);
        foreach ((string key, string value) in arguments) writer.Write(Encoding.Unicode.GetBytes(key + "\0" + value + "\0"));
        return content.ToArray();
    }

    /// <summary>An activity that has ended.</summary>
    /// <param name="changes">What is otherwise than it would be; a field set to null is left out.</param>
    public static byte[] Stop(string source = "Shop", params (string Key, string? Value)[] changes)
    {
        (string Key, string? Value)[] usual =
        [
            ("TraceId", Trace), ("SpanId", Span), ("ParentSpanId", Parent), ("Flags", "Recorded"), ("Kind", "Server"), ("DisplayName", "sell"), ("StartTicks", "639311866384266082"),
            ("DurTicks", "2119"), ("Status", "Unset"), ("Tags", ""), ("Events", "[]"), ("Links", "[]"),
        ];
        var fields = usual.ToDictionary(field => field.Key, field => field.Value);
        foreach ((string key, string? value) in changes) fields[key] = value;
        return Write(source, "operation", [.. fields.Where(field => field.Value is not null).Select(field => (field.Key, field.Value!))]);
    }

    /// <summary>A request that has ended.</summary>
    public static byte[] Request(string span = Span, string path = "/orders/17", string values = "[id, 17]", params (string Key, string Value)[] more) => Write(
        "Microsoft.AspNetCore", "Microsoft.AspNetCore.Hosting.EndRequest",
        [("SpanId", span), ("Method", "GET"), ("Scheme", "http"), ("Host", "shop:8080"), ("Path", path), ("Query", "?a=b"), ("Proto", "HTTP/1.1"), ("Code", "200"), ("RV", values), .. more]);

    /// <summary>Has a reader read a stream of them.</summary>
    public static (ActivityReader Reader, List<Span> Spans) Read(bool isSampled, params (string Name, byte[] Payload)[] events)
    {
        var sink = new SpanSink();
        var reader = new ActivityReader(Process, isSampled, sink);
        byte[] stream = new NetTraceWriter().Kinds(Kinds)
            .Events(events.Select((e, i) => new WrittenEvent(Kinds.Single(kind => kind.Name == e.Name).Id, 1, (uint)i + 1, i, e.Payload))).End();
        new NetTraceReader(new MemoryStream(stream)).ReadAsync((in NetTraceEvent value) => reader.Take(value), CancellationToken.None).GetAwaiter().GetResult();
        var spans = new List<QueuedSpan>();
        sink.DrainTo(spans, int.MaxValue);
        return (reader, [.. spans.Select(queued => queued.Span)]);
    }

    /// <summary>The only span of one event.</summary>
    public static Span ReadOne(byte[] stop, bool isSampled = true) => Assert.Single(Read(isSampled, ("ActivityStop", stop)).Spans);
}
