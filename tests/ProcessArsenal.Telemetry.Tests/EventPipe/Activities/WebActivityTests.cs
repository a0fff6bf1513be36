using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe.Activities;

/// <summary>Spans of real web programs, compared with what they were asked.</summary>
public sealed class WebActivityTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c", Parent = "b7ad6b7169203331", Sampled = "00-" + Trace + "-" + Parent + "-01", State = "vendor=a:1,other=b";

    [Theory]
    [InlineData("net8.0", "net10.0")]
    [InlineData("net9.0", "net8.0")]
    [InlineData("net10.0", "net9.0")]
    public async Task A_trace_goes_through_two_programs(string caller, string callee)
    {
        await using ListenedWeb second = await ListenedWeb.Begin(await WebTarget.StartOn(callee), callee);
        await using ListenedWeb first = await ListenedWeb.Begin(await WebTarget.StartOn(caller, second.Web), caller);
        await first.Web.Get("ask/orders/17?token=secret", 1, parent: Sampled, state: State);
        await first.Until("all spans", () => first.Spans.Count == 2 && second.Spans.Count == 1);

        Span asked = Assert.Single(first.Servers), asks = Assert.Single(first.Clients), answers = Assert.Single(second.Spans);
        Assert.Equal((Parent, $"{asked.SpanId}", $"{asks.SpanId}"), ($"{asked.ParentSpanId}", $"{asks.ParentSpanId}", $"{answers.ParentSpanId}"));
        Assert.All((Span[])[asked, asks, answers], span => Assert.Equal((Trace, State, 1, SpanStatus.Unset), ($"{span.TraceId}", span.TraceState, span.TraceFlags, span.Status)));
        Assert.Equal(("GET /ask/{**path}", "GET /orders/{id}"), (asked.Name, answers.Name));
        Assert.True(asked.Start <= asks.Start && asks.Start + asks.Duration <= asked.Start + asked.Duration);
        // What a client asked for, and as whom, is nobody's business.
        Assert.All((Span[])[asked, asks, answers], span => Assert.DoesNotContain(span.Tags, tag => tag.Value.Contains("secret", StringComparison.Ordinal) || tag.Value.Contains("password", StringComparison.Ordinal)));
        Assert.Equal(("token=Redacted", "token=Redacted"), (Tag(asked, "url.query"), Tag(answers, "url.query")));
        if (caller == "net8.0") Assert.Empty(asks.Tags); // Its HttpClient says nothing of what it asked.
        else Assert.Equal(("GET", "200", $"http://{Tag(answers, "server.address")}:{Tag(answers, "server.port")}/orders/17?*"), (Tag(asks, "http.request.method"), Tag(asks, "http.response.status_code"), Tag(asks, "url.full")));
        Assert.Equal((0L, 0L), (first.Lost + second.Lost, first.Reader.LostRequests + second.Reader.LostRequests));
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task Requests_are_told_as_they_were(string framework)
    {
        await using ListenedWeb web = await ListenedWeb.Begin(await WebTarget.StartOn(framework), framework);
        await web.Web.Get("orders/17", 1);
        await web.Web.Get("teapot", 1, 418);
        await web.Web.Get("nowhere", 1, 404);
        await web.Web.Get("fail", 1, 500);
        await web.Until("all spans", () => web.Spans.Count == 4);
        // The routes of those without values are not known.
        string[] expected =
        [
            "/orders/17: GET /orders/{id} Unset, 200 /orders/{id} ", "/teapot: GET Unset, 418  ", "/nowhere: GET Unset, 404  ", "/fail: GET Error, 500  System.InvalidOperationException",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), web.Spans
            .Select(s => $"{Tag(s, "url.path")}: {s.Name} {s.Status}, {Tag(s, "http.response.status_code")} {Tag(s, "http.route")} {Tag(s, "error.type")}").Order(StringComparer.Ordinal));
        Assert.All(web.Spans, s =>
        {
            Assert.Equal((SpanKind.Server, "Microsoft.AspNetCore", true), (s.Kind, s.Source, s.ParentSpanId.IsZero));
            Assert.Equal(("GET", "http", "127.0.0.1", "1.1", "127.0.0.1"),
                (Tag(s, "http.request.method"), Tag(s, "url.scheme"), Tag(s, "server.address"), Tag(s, "network.protocol.version"), Tag(s, "client.address")));
        });
        Assert.Equal(4, web.Spans.Select(s => s.TraceId).Distinct().Count());
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task All_are_told_and_none_is_marked(string framework)
    {
        await using ListenedWeb web = await ListenedWeb.Begin(await WebTarget.StartOn(framework), framework, SpanSampler.All);
        await web.Web.Get("orders/17", 300);
        await web.Web.Get("call", 100); // Asks itself for another order.
        await web.Web.Get("fail", 10, 500);
        await web.Until("all spans", () => web.Spans.Count >= 300 + 3 * 100 + 10);
        WebReport report = await web.Web.Report();
        Assert.Equal((300 + 2 * 100 + 10, 100), (web.Servers.Count(s => Tag(s, "url.path") != "/report"), web.Clients.Count()));
        Assert.Equal((report.Requests, 0L), (300 + 2 * 100 + 10, report.Recorded));
        Assert.All(web.Spans, s => Assert.Equal(0, s.TraceFlags));
        HashSet<SpanId> clients = [.. web.Clients.Select(s => s.SpanId)];
        Assert.Equal(100, web.Servers.Count(s => clients.Contains(s.ParentSpanId)));
        Assert.Equal((0L, 0L, 0L), (web.Lost, web.Reader.LostRequests, web.Reader.Malformed));
    }

    [Fact]
    public async Task A_rate_is_kept()
    {
        await using ListenedWeb web = await ListenedWeb.Begin(await WebTarget.StartOn("net10.0"), "net10.0", SpanSampler.Rate(5));
        long began = TimeProvider.System.GetTimestamp();
        await web.Web.Get("orders/17", 2000);
        double most = 5 * (2 + TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        long recorded = (await web.Web.Report()).Recorded;
        await web.Until("all spans", () => web.Servers.Count(s => Tag(s, "url.path") != "/report") >= recorded);
        Assert.InRange(recorded, 5, most);
        Assert.Equal(recorded, web.Servers.Count(s => Tag(s, "url.path") != "/report"));
        TestContext.Current.TestOutputHelper!.WriteLine($"{recorded} spans, {web.Reader.Told} events of 2000 requests");
    }

    /// <summary>Whatever it, or who calls it, has sampled.</summary>
    [Fact]
    public async Task What_a_program_exports_itself_stays_as_it_is_when_all_are_asked_for()
    {
        await using ListenedWeb web = await ListenedWeb.Begin(await WebTarget.StartWithSdk(), "net10.0", SpanSampler.All);
        await web.Web.Get("orders/17", 20);
        await web.Web.Get("orders/17", 5, parent: Sampled);
        await web.Until("all spans", () => web.Spans.Count >= 25);
        Assert.Equal(5, (await web.Web.Report()).SpansExported);
        Assert.Equal(5, web.Spans.Count(s => s.TraceFlags == 1));
    }

    private static string? Tag(Span span, string name) => span.Tags.FirstOrDefault(tag => tag.Name == name).Value;
}
