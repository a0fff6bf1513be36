using CsCheck;
using ProcessArsenal.Telemetry.EventPipe.Activities;

namespace ProcessArsenal.Telemetry.Tests.EventPipe.Activities;

/// <summary>What ASP.NET Core says of requests, and the spans that it belongs to.</summary>
public sealed class ActivityRequestTests
{
    private const string Unnamed = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    [Fact]
    public void A_request_is_told_before_its_span_and_joined_to_it()
    {
        (ActivityReader reader, List<Span> spans) = ActivityPayload.Read(true,
            ("Event", ActivityPayload.Request(more: ("Peer", "::ffff:10.0.0.1"))),
            ("ActivityStop", ActivityPayload.Stop("Microsoft.AspNetCore", ("SpanId", ActivityPayload.Parent))),
            ("ActivityStop", ActivityPayload.Stop("Microsoft.AspNetCore", ("DisplayName", Unnamed), ("Tags", "[own, 1],[url.path, /mine]"))),
            ("ActivityStop", ActivityPayload.Stop("Microsoft.AspNetCore")));
        Assert.Equal(
            [
                new("own", "1"), new("url.path", "/mine"), new("http.request.method", "GET"), new("url.scheme", "http"), new("server.address", "shop"), new("server.port", "8080"),
                new("url.query", "a=Redacted"), new("network.protocol.version", "1.1"), new("http.response.status_code", "200"), new("client.address", "10.0.0.1"), new("http.route", "/orders/{id}"),
            ],
            spans[1].Tags);
        Assert.Equal(["sell", "GET /orders/{id}", "sell"], spans.Select(span => span.Name));
        Assert.True(spans[0].Tags.IsEmpty && spans[2].Tags.IsEmpty);
        Assert.Equal((0L, 0L), (reader.Malformed, reader.LostRequests));
    }

    [Fact]
    public void Without_a_span_it_is_nobodys()
    {
        byte[] noSpan = ActivityPayload.Write("Microsoft.AspNetCore", "Microsoft.AspNetCore.Hosting.EndRequest", ("Method", "GET"), ("Path", "/"));
        (ActivityReader reader, List<Span> spans) = ActivityPayload.Read(true, ("Event", noSpan), ("Event", ActivityPayload.Request(new string('0', 16))), ("Event", ActivityPayload.Request("none")),
            ("Event", ActivityPayload.Request()[..^3]), ("ActivityStop", ActivityPayload.Stop()));
        Assert.Equal((2L, true), (reader.Malformed, Assert.Single(spans).Tags.IsEmpty));
    }

    [Fact]
    public void The_oldest_makes_room()
    {
        var events = new List<(string, byte[])>();
        for (int i = 1; i <= RequestTable.Most + 10; i++) events.Add(("Event", ActivityPayload.Request($"{i:x16}")));
        for (int i = 1; i <= RequestTable.Most + 10; i++) events.Add(("ActivityStop", ActivityPayload.Stop("Microsoft.AspNetCore", ("SpanId", $"{i:x16}"))));
        (ActivityReader reader, List<Span> spans) = ActivityPayload.Read(true, [.. events]);
        Assert.Equal(10, reader.LostRequests);
        Assert.Equal(spans.Select((_, i) => i < 10), spans.Select(span => span.Tags.IsEmpty));
    }

    [Fact]
    public void Requests_of_spans_that_are_not_meant_take_no_room()
    {
        var events = new List<(string, byte[])>();
        for (int i = 1; i <= 1000; i++)
        {
            events.Add(("Event", ActivityPayload.Request($"{i:x16}")));
            events.Add(("ActivityStop", ActivityPayload.Stop("Microsoft.AspNetCore", ("SpanId", $"{i:x16}"), ("Flags", "None"))));
        }
        (ActivityReader reader, _) = ActivityPayload.Read(true, [.. events]);
        Assert.Equal((1000L, 0L), (reader.Unsampled, reader.LostRequests));
    }

    /// <summary>Then nothing else is told of it, and the server answers later.</summary>
    [Theory]
    [InlineData("False", "500")]
    [InlineData("True", "200")]
    public void One_that_the_program_failed_in_is_an_error(string hasStarted, string code)
    {
        byte[] failed = ActivityPayload.Write("Microsoft.AspNetCore", "Microsoft.AspNetCore.Hosting.UnhandledException",
            ("SpanId", ActivityPayload.Span), ("Method", "GET"), ("Path", "/boom/5"), ("Code", "200"), ("RV", "[id, 5]"), ("HasStarted", hasStarted),
            ("Error", "System.InvalidOperationException: no\n   at Shop.Boom()"));
        Span span = Assert.Single(ActivityPayload.Read(true, ("Event", failed), ("ActivityStop", ActivityPayload.Stop("Microsoft.AspNetCore", ("DisplayName", Unnamed)))).Spans);
        Assert.Equal((SpanStatus.Error, "GET /boom/{id}"), (span.Status, span.Name));
        Assert.Equal(
            [new("http.request.method", "GET"), new("url.path", "/boom/5"), new("http.response.status_code", code), new("http.route", "/boom/{id}"), new("error.type", "System.InvalidOperationException")],
            span.Tags);
        SpanEvent exception = Assert.Single(span.Events);
        Assert.Equal(("exception", span.Start + span.Duration), (exception.Name, exception.Time));
        Assert.Equal(
            [new("exception.type", "System.InvalidOperationException"), new("exception.message", "no"), new("exception.stacktrace", "System.InvalidOperationException: no\n   at Shop.Boom()")],
            exception.Tags);
    }

    [Theory]
    [InlineData("503", "Unset", "Error")]
    [InlineData("503", "Ok", "Ok")]
    [InlineData("404", "Unset", "Unset")]
    [InlineData("5000", "Unset", "Unset")]
    public void So_is_one_that_was_answered_so(string code, string status, string expected)
    {
        byte[] ended = ActivityPayload.Write("Microsoft.AspNetCore", "Microsoft.AspNetCore.Hosting.EndRequest", ("SpanId", ActivityPayload.Span), ("Code", code));
        Span span = Assert.Single(ActivityPayload.Read(true, ("Event", ended), ("ActivityStop", ActivityPayload.Stop("Microsoft.AspNetCore", ("Status", status)))).Spans);
        Assert.Equal(expected, $"{span.Status}");
    }

    /// <summary>Against all requests so far, of which the latest are there unless they were taken.</summary>
    [Fact]
    public void Each_span_gets_its_own() => Gen.Select(Gen.Bool, Gen.ULong[1, 400]).Array[0, 1500].Sample(steps =>
    {
        var table = new RequestTable();
        var model = new Dictionary<ulong, (HttpRequest Request, int Number)>();
        int added = 0;
        foreach ((bool adds, ulong id) in steps)
        {
            if (adds)
            {
                HttpRequest request = HttpRequest.Read(ActivityPayload.Request($"{id:x16}"), new SpanTexts(), out _)!;
                table.Add(request);
                model[id] = (request, added++);
                continue;
            }
            bool isThere = model.Remove(id, out (HttpRequest Request, int Number) latest) && added - latest.Number <= RequestTable.Most;
            Assert.Same(isThere ? latest.Request : null, table.Take(new SpanId(id)));
        }
        Assert.Equal(model.Values.Count(latest => added - latest.Number <= RequestTable.Most), table.Count);
    }, iter: 50);

    [Theory]
    [InlineData("shop", "shop", null)]
    [InlineData("shop:80", "shop", "80")]
    [InlineData("[::1]:5000", "::1", "5000")]
    [InlineData("[::1]", "::1", null)]
    [InlineData("", null, null)]
    [InlineData(":", null, null)]
    public void Servers(string host, string? address, string? port)
    {
        HttpRequest request = HttpRequest.Read(
            ActivityPayload.Write("Microsoft.AspNetCore", "Microsoft.AspNetCore.Hosting.EndRequest", ("SpanId", ActivityPayload.Span), ("Host", host)), new SpanTexts(), out _)!;
        Assert.Equal((address, port), (Tag(request, "server.address"), Tag(request, "server.port")));
        Assert.Equal("HTTP", request.Name);
    }

    [Fact]
    public void A_method_that_is_none_makes_no_name()
    {
        HttpRequest request = HttpRequest.Read(
            ActivityPayload.Write("Microsoft.AspNetCore", "Microsoft.AspNetCore.Hosting.EndRequest", ("SpanId", ActivityPayload.Span), ("Method", "BREW"), ("Path", "/pot")), new SpanTexts(), out _)!;
        Assert.Equal(("_OTHER", "BREW", "HTTP", "/pot"), (Tag(request, "http.request.method"), Tag(request, "http.request.method_original"), request.Name, Tag(request, "url.path")));
    }

    [Theory]
    [InlineData("/orders/17", "[id, 17]", "/orders/{id}")]
    [InlineData("/orders/17/", "[id, 17]", "/orders/{id}")]
    [InlineData("/orders/17/items/4", "[id, 17],[item, 4]", "/orders/{id}/items/{item}")]
    [InlineData("/a/5/5", "[x, 5],[y, 5]", "/a/{x}/{y}")]
    [InlineData("/orders/orders", "[kind, orders]", "/orders/{kind}")]
    [InlineData("/Orders/Get/17", "[controller, Orders],[action, Get],[id, 17]", "/Orders/Get/{id}")]
    [InlineData("/admin/users", "[area, admin],[page, /users]", "/admin/users")]
    [InlineData("/", "[controller, Home],[action, Index]", "/")]
    [InlineData("/files/a/b.txt", "[path, a/b.txt]", "/files/{**path}")]
    [InlineData("/files/a/b.txt", "[path, /a/b.txt]", "/files/{**path}")]
    [InlineData("/files/report.pdf", "[name, report],[extension, pdf]", "/files/{name}.{extension}")]
    [InlineData("/api/v1.0/orders/17", "[version, 1.0],[id, 17]", "/api/v{version}/orders/{id}")]
    [InlineData("/orders", "[id, 17]", "/orders")]
    [InlineData("/orders/177", "[id, 17]", "/orders/177")]
    [InlineData("/a/x, y", "[k, x, y]", "/a/{k}")]
    [InlineData("/a/{id}", "[id, id]", "/a/{id}")]
    [InlineData("/orders", "", null)]
    [InlineData("/orders/17", "System.Object", null)]
    [InlineData("", "[id, 17]", null)]
    [InlineData("orders/17", "[id, 17]", null)]
    public void Routes(string path, string values, string? route) => Assert.Equal(route, RouteTemplate.Rebuild(path, values));

    [Fact]
    public void A_route_can_be_put_back() =>
        Gen.Select(Gen.Char["abc"].Array[1, 3].Select(c => "lit" + new string(c)), Gen.Int[100, 9999], Gen.Bool).Array[1, 8].Sample(parts =>
        {
            string path = string.Concat(parts.Select((part, i) => "/" + (part.Item3 ? $"{part.Item2}{i}" : part.Item1)));
            string values = string.Join(',', parts.Select((part, i) => part.Item3 ? $"[p{i}, {part.Item2}{i}]" : "").Where(value => value.Length > 0));
            string route = string.Concat(parts.Select((part, i) => "/" + (part.Item3 ? $"{{p{i}}}" : part.Item1)));
            Assert.Equal(values.Length == 0 ? null : route, RouteTemplate.Rebuild(path, values));
        });

    [Fact]
    public void Any_path_does_no_harm() => Gen.Select(Gen.Char["/a1{}.[], "].Array[0, 60], Gen.Char["/a1{}.[], "].Array[0, 60]).Sample((path, values) =>
    {
        _ = RouteTemplate.Rebuild("/" + new string(path), "[k, " + new string(values) + "]");
        _ = RouteTemplate.Rebuild(new string(path), new string(values));
    });

    private static string? Tag(HttpRequest request, string name) => request.Tags.FirstOrDefault(tag => tag.Name == name).Value;
}
