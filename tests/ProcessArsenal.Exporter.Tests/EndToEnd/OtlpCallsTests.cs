using System.Security.Cryptography;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>A program asks another, under load, until that one is killed: each request is one whole trace before, and afterwards one that says what failed.
/// </summary>
public sealed class OtlpCallsTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40), LastMoment = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Traces_are_whole_until_a_service_is_killed_and_then_say_what_failed()
    {
        using Scratch scratch = new();
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        await using WebTarget back = await WebTarget.StartOn("net10.0");
        await using WebTarget front = await WebTarget.StartOn("net10.0", back);
        await using ExporterProcess exporter = await ExporterProcess.Start(
            scratch,
            $"sampling: {{ interval: 1s }}\notlp: {{ endpoint: '{receiver.GrpcEndpoint}', protocol: grpc }}\n"
            + $"dotnet: {{ spans: {{ sampler: all }}, attach: 'pid = {front.Pid} or pid = {back.Pid}' }}\n");
        await exporter.PageWhere("both are listened to", page => page.Value("arsenal_dotnet_session_state", front.Label, "state=attached") == 1
            && page.Value("arsenal_dotnet_session_state", back.Label, "state=attached") == 1, Patience);
        await using TracedLoad load = new(front, "ask/orders/7");
        await Eventually.True("a whole trace", async () => (await receiver.SpansAsync()).GroupBy(span => span.TraceId).Any(trace => trace.Count() == 3), within: Patience);
        long began = TimeProvider.System.GetTimestamp();
        await load.More(RandomNumberGenerator.GetInt32(500, 1000), Patience);
        long killed = TimeProvider.System.GetTimestamp();
        back.Signal("KILL");
        await load.More(300, Patience);
        await load.Stop();
        string last = load.Ended.MaxBy(pair => pair.Value.Ended).Key;
        await Eventually.True("the last trace", async () => (await receiver.SpansAsync()).Count(span => span.TraceId == last) == 2, within: Patience);

        ILookup<string, OtlpSpan> traces = (await receiver.SpansAsync()).ToLookup(span => span.TraceId);
        int whole = 0, torn = 0, failed = 0;
        foreach ((string id, TracedRequest request) in load.Ended.Where(pair => pair.Value.Began >= began))
        {
            OtlpSpan[] trace = [.. traces[id]];
            OtlpSpan served = Assert.Single(trace, span => span.Kind == "server" && span.Resource.Get("process.pid") == $"{front.Pid}");
            OtlpSpan call = Assert.Single(trace, span => span.Kind == "client");
            Assert.Equal((served.SpanId, $"{front.Pid}"), (call.ParentSpanId, call.Resource.Get("process.pid")));
            OtlpSpan[] answered = [.. trace.Where(span => span.Resource.Get("process.pid") == $"{back.Pid}")];
            Assert.All(answered, span => Assert.Equal(("server", call.SpanId), (span.Kind, span.ParentSpanId)));
            if (request.Status == 200 && answered.Length == 0)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(request.Ended, killed) <= LastMoment, "A span is missing that ended long before its process was killed.");
                torn++;
            }
            else if (request.Status == 200) whole++;
            else
            {
                failed++;
                Assert.Equal((500, "error", "error"), (request.Status, served.Status, call.Status));
                Assert.Equal("System.Net.Http.HttpRequestException", Assert.Single(served.Events).Attributes.Get("exception.type"));
            }
        }
        output.WriteLine($"{whole} whole traces, {torn} whose second service was killed before it had told, {failed} that failed");
        Assert.True(whole >= 400 && failed >= 200, $"{whole} whole, {failed} failed");
        Assert.Empty((await receiver.CountsAsync()).Problems);
    }
}
