using System.Collections.Immutable;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>What the published program sends by OTLP, as OpenTelemetry's own decoder reads it.</summary>
public sealed class OtlpTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_services_without_OpenTelemetry_are_one_trace_with_two_resources(bool grpc)
    {
        using Scratch scratch = new();
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        await using WebTarget back = await WebTarget.StartOn("net10.0");
        await using WebTarget front = await WebTarget.StartOn("net10.0", back);
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration(grpc ? receiver.GrpcEndpoint : receiver.HttpEndpoint, grpc, front, back));
        await exporter.PageWhere("both are listened to", page => Attached(page, front) && Attached(page, back), Patience);

        await front.Get("ask/orders/7", 1);
        await front.Get("ask/fail", 1, status: 500);
        ImmutableArray<OtlpSpan> spans = [];
        await Eventually.True("six spans of two traces", async () => (spans = Ours(await receiver.SpansAsync(), front, back)).Length >= 6, () => $"{spans.Length}", Patience);
        Assert.Equal(6, spans.Length);
        foreach (IGrouping<string, OtlpSpan> trace in spans.GroupBy(span => span.TraceId))
        {
            OtlpSpan root = Assert.Single(trace, span => span.ParentSpanId.Length == 0);
            OtlpSpan call = Assert.Single(trace, span => span.ParentSpanId == root.SpanId);
            OtlpSpan answer = Assert.Single(trace, span => span.ParentSpanId == call.SpanId);
            Assert.Equal(("server", "client", "server"), (root.Kind, call.Kind, answer.Kind));
            Assert.Equal((Pid(front), Pid(front), Pid(back)), (root.Resource.Get("process.pid"), call.Resource.Get("process.pid"), answer.Resource.Get("process.pid")));
            Assert.NotEqual(root.Resource.Get("service.instance.id"), answer.Resource.Get("service.instance.id"));
            Assert.Equal("Web", root.Resource.Get("service.name"));
            Assert.True(root.StartTimeUnixNano <= call.StartTimeUnixNano && call.EndTimeUnixNano <= root.EndTimeUnixNano);
        }
        OtlpSpan good = Assert.Single(spans, span => span.Name == "GET /orders/{id}");
        Assert.Equal(("unset", "int:200"), (good.Status, good.Attributes.GetTyped("http.response.status_code")));
        OtlpSpan failed = Assert.Single(spans, span => span.Resource.Get("process.pid") == Pid(back) && span.Status == "error");
        OtlpSpanEvent thrown = Assert.Single(failed.Events);
        Assert.Equal(("exception", "System.InvalidOperationException", "out of order"), (thrown.Name, thrown.Attributes.Get("exception.type"), thrown.Attributes.Get("exception.message")));
        Assert.Empty((await receiver.CountsAsync()).Problems);
        MetricsPage page = await exporter.PageWhere("sent spans are counted", p => p.Value("arsenal_otlp_sent_total", "signal=traces") >= 6, Patience);
        Assert.Equal(0, page.Value("arsenal_otlp_dropped_total", "signal=traces"));
    }

    [Fact]
    public async Task Metrics_of_each_process_are_those_of_the_page_under_its_own_resource()
    {
        using Scratch scratch = new();
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        await using WebTarget eight = await WebTarget.StartOn("net8.0"), nine = await WebTarget.StartOn("net9.0"), ten = await WebTarget.StartOn("net10.0");
        WebTarget[] webs = [eight, nine, ten];
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration(receiver.GrpcEndpoint, grpc: true, webs));
        await exporter.PageWhere("their meters", page => webs.All(web => page.Value("web_requests_total", web.Label) == 0), Patience);
        foreach (WebTarget web in webs) await web.Get("orders/7", 25);
        foreach (WebTarget web in webs)
        {
            ImmutableArray<OtlpPoint> points = [];
            await Eventually.True("its requests", async () =>
            {
                points = [.. (await receiver.MetricsAsync()).Where(point => point.Resource.Get("process.pid") == Pid(web) && point.Resource.Get("process.runtime.name") == ".NET")]; // Before it was known to be one it had another resource.
                return points.Any(point => point.Name == "web.requests" && point.Value == 25);
            }, () => string.Join('\n', points.Select(point => $"{point.Name} {point.Value}")), Patience);
            OtlpPoint duration = Assert.Single(points, point => point.Name == "http.server.request.duration" && point.Attributes.Get("http.route") == "/orders/{id}");
            Assert.Equal((25ul, "s"), (duration.Count, duration.Unit));
            Assert.Equal(web == ten ? "exponentialHistogram" : "histogram", duration.Type);
            OtlpPoint cpu = Assert.Single(points, point => point.Name == "process.cpu.time" && point.Attributes.Get("cpu.mode") == "user");
            Assert.Equal(("sum", true, "cumulative", "s"), (cpu.Type, cpu.IsMonotonic, cpu.Temporality, cpu.Unit));
            Assert.InRange(cpu.TimeUnixNano - cpu.StartTimeUnixNano, 1ul, 3600ul * 1_000_000_000);
            Assert.Equal("Web", cpu.Resource.Get("service.name"));
        }
        eight.Signal("KILL");
        await exporter.PageWhere("it is gone", page => !page.Where("process_uptime_seconds", eight.Label).Any(), Patience);
        await exporter.PageOfLaterTick();
        await receiver.ResetAsync();
        await Eventually.True("the next metrics", async () => (await receiver.MetricsAsync()).Any(point => point.Resource.Get("process.pid") == Pid(ten)), within: Patience);
        Assert.DoesNotContain(await receiver.MetricsAsync(), point => point.Resource.Get("process.pid") == Pid(eight));
        Assert.Empty((await receiver.CountsAsync()).Problems);
    }

    [Fact]
    public async Task Our_own_metrics_and_spans_are_sent_by_the_SDK()
    {
        using Scratch scratch = new();
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, $"otlp: {{ endpoint: '{receiver.GrpcEndpoint}', interval: 1s }}\ndotnet: {{ attach: none }}\n");
        await exporter.Page();
        await Eventually.True("both", async () =>
            (await receiver.MetricsAsync()).Any(point => point.Name == "arsenal.self.sample.duration" && point.Resource.Get("service.name") == "process-arsenal")
            && (await receiver.SpansAsync()).Any(span => span.Resource.Get("service.name") == "process-arsenal" && span.Name == "GET /metrics"), within: Patience);
        Assert.DoesNotContain(await receiver.SpansAsync(), span => span.Attributes.Get("url.path") == "/readyz");
        Assert.Empty((await receiver.CountsAsync()).Problems);
    }

    private static string Configuration(Uri endpoint, bool grpc, params WebTarget[] webs) =>
        $"sampling: {{ interval: 1s }}\notlp: {{ endpoint: '{endpoint}', protocol: {(grpc ? "grpc" : "http/protobuf")}, interval: 1s }}\n"
        + $"dotnet: {{ meters: [Web.Requests], spans: {{ sampler: all }}, attach: '{string.Join(" or ", webs.Select(web => $"pid = {web.Pid}"))}' }}\n";

    private static bool Attached(MetricsPage page, WebTarget web) => page.Value("arsenal_dotnet_session_state", web.Label, "state=attached") == 1 && page.Value("web_requests_total", web.Label) is not null
        && page.Value("arsenal_dotnet_spans_asked", web.Label) == 1;

    private static string Pid(WebTarget web) => FormattableString.Invariant($"{web.Pid}");

    private static ImmutableArray<OtlpSpan> Ours(IEnumerable<OtlpSpan> spans, params WebTarget[] webs) =>
        [.. spans.Where(span => webs.Any(web => span.Resource.Get("process.pid") == Pid(web)))];
}
