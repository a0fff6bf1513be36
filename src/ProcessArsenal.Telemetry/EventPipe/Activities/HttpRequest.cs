using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>What ASP.NET Core says of a request at its end, as tags of the semantic conventions for HTTP. Whoever sent the request chose most of it.
/// </summary>
internal sealed class HttpRequest
{
    /// <summary>The event of a request at its end.</summary>
    public const string Ended = "Microsoft.AspNetCore.Hosting.EndRequest";

    /// <summary>The event instead of it, where the program has thrown an exception that nobody caught.</summary>
    public const string Failed = "Microsoft.AspNetCore.Hosting.UnhandledException";

    private const int LongestPath = 2048, LongestHost = 256, LongestShort = 64;

    /// <summary>Others are told as _OTHER: who sends a request can make up a new one each time, and a name is made of it.</summary>
    private static readonly FrozenSet<string> Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

    private HttpRequest(SpanId span, string name, bool isError, ImmutableArray<SpanTag> tags, ImmutableArray<SpanTag> exception, int cutTexts, int size)
    {
        IsError = isError;
        Span = span;
        Name = name;
        Tags = tags;
        Exception = exception;
        CutTexts = cutTexts;
        Size = size;
    }

    /// <summary>The one that it belongs to.</summary>
    public SpanId Span { get; }

    /// <summary>What to call a span that has no better name: the method, and the route if that is known.</summary>
    public string Name { get; }

    /// <summary>It failed, and that is the server's fault.</summary>
    public bool IsError { get; }

    public ImmutableArray<SpanTag> Tags { get; }

    /// <summary>Of the exception that ended it, as the semantic conventions have it of an event; empty if it was none.</summary>
    public ImmutableArray<SpanTag> Exception { get; }

    /// <summary>Texts that were longer than their limit.</summary>
    public int CutTexts { get; }

    /// <summary>Bytes of the event.</summary>
    public int Size { get; }

    /// <param name="isBroken">It does not have the shape.</param>
    /// <returns>Null if it belongs to no span, which is none that is sampled, or is broken.</returns>
    public static HttpRequest? Read(ReadOnlySpan<byte> payload, SpanTexts texts, out bool isBroken)
    {
        ReadOnlySpan<char> id = default, method = default, scheme = default, host = default, path = default, query = default, protocol = default, code = default, values = default, peer = default,
            hasStarted = default, error = default;
        var arguments = new ActivityArguments(payload);
        while (arguments.MoveNext())
        {
            switch (arguments.Key)
            {
                case "SpanId": id = arguments.Value; break;
                case "Method": method = arguments.Value; break;
                case "Scheme": scheme = arguments.Value; break;
                case "Host": host = arguments.Value; break;
                case "Path": path = arguments.Value; break;
                case "Query": query = arguments.Value; break;
                case "Proto": protocol = arguments.Value; break;
                case "Code": code = arguments.Value; break;
                case "RV": values = arguments.Value; break;
                case "Peer": peer = arguments.Value; break;
                case "HasStarted": hasStarted = arguments.Value; break;
                case "Error": error = arguments.Value; break;
                default: break;
            }
        }
        SpanId span = default;
        isBroken = arguments.IsBroken || (!id.IsEmpty && !SpanId.TryParse(id, out span));
        if (isBroken || span.IsZero) return null;

        texts.Begin();
        ImmutableArray<SpanTag>.Builder tags = ImmutableArray.CreateBuilder<SpanTag>(12);
        string known = method.IsEmpty ? "" : Methods.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(method, out string? one) ? one : "_OTHER";
        Add(tags, "http.request.method", known);
        if (known == "_OTHER") Add(tags, "http.request.method_original", texts.Value(method, LongestShort));
        Add(tags, "url.scheme", texts.Value(scheme, LongestShort));
        AddServer(tags, texts.Value(host, LongestHost));
        Add(tags, "url.path", texts.Value(path, LongestPath));
        Add(tags, "url.query", texts.Value(UrlQuery.Redact(query is ['?', ..] ? query[1..] : query, SpanLimits.LongestValue), LongestPath));
        Add(tags, "network.protocol.version", texts.Value(protocol.StartsWith("HTTP/", StringComparison.OrdinalIgnoreCase) ? protocol[5..] : protocol, LongestShort));
        if (hasStarted.SequenceEqual("False")) code = "500"; // It is told before the server answers so.
        Add(tags, "http.response.status_code", texts.Value(code, LongestShort));
        Add(tags, "client.address", texts.Value(peer, LongestShort), isAddress: true);
        string route = RouteTemplate.Rebuild(path, values) ?? "";
        Add(tags, "http.route", route);
        Add(tags, "error.type", texts.Name(TypeOf(error)));
        ImmutableArray<SpanTag> exception = error.IsEmpty ? [] : ReadException(error, texts);
        string name = known is "" or "_OTHER" ? "HTTP" : known;
        return new HttpRequest(span, route.Length == 0 ? name : name + " " + route, !error.IsEmpty || code is ['5', _, _], tags.DrainToImmutable(), exception, texts.Cut, payload.Length);
    }

    /// <summary>An exception as text begins with its type.</summary>
    private static ReadOnlySpan<char> TypeOf(ReadOnlySpan<char> error)
    {
        int end = error.IndexOfAny(":\r\n ");
        return end < 0 ? error : error[..end];
    }

    /// <summary><c>Type: message</c>, then lines of inner exceptions and of the stack.</summary>
    private static ImmutableArray<SpanTag> ReadException(ReadOnlySpan<char> error, SpanTexts texts)
    {
        ReadOnlySpan<char> type = TypeOf(error), rest = error[type.Length..];
        int end = rest.IndexOfAny('\r', '\n');
        ReadOnlySpan<char> message = rest.StartsWith(": ") ? rest[2..(end < 0 ? rest.Length : Math.Max(end, 2))] : [];
        ImmutableArray<SpanTag>.Builder tags = ImmutableArray.CreateBuilder<SpanTag>(3);
        Add(tags, "exception.type", texts.Name(type));
        Add(tags, "exception.message", texts.Value(message, SpanLimits.LongestValue));
        if (end >= 0) Add(tags, "exception.stacktrace", texts.Value(error, SpanLimits.LongestValue));
        return tags.DrainToImmutable();
    }

    private static void Add(ImmutableArray<SpanTag>.Builder tags, string name, string value, bool isAddress = false)
    {
        // A socket for both versions of IP tells IPv4 addresses as IPv6 ones.
        if (isAddress && value.StartsWith("::ffff:", StringComparison.OrdinalIgnoreCase) && IPAddress.TryParse(value, out IPAddress? address)) value = address.MapToIPv4().ToString();
        if (value.Length > 0) tags.Add(new SpanTag(name, value));
    }

    /// <summary>Parts <c>name:port</c>, <c>[::1]:port</c>, or either without a port.</summary>
    private static void AddServer(ImmutableArray<SpanTag>.Builder tags, string host)
    {
        int colon = host.LastIndexOf(':');
        if (colon < host.LastIndexOf(']')) colon = -1;
        Add(tags, "server.address", (colon < 0 ? host : host[..colon]).Trim('[', ']'));
        if (colon >= 0) Add(tags, "server.port", host[(colon + 1)..]);
    }
}
