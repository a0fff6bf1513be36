using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>We are killed and start again, while a web program serves: its callers don't notice, nothing of us stays in it, and its metrics and
/// spans flow again. Three times, or as often as KILLED_TIMES says, and then on each runtime (`make killed`).</summary>
[Collection(EndToEndTests.Name)]
public sealed class DotnetKilledTests(ITestOutputHelper output)
{
    /// <summary>Milliseconds that a request may take while we are killed, whatever it takes without us.</summary>
    private const double Gap = 500;

    private static readonly string? Times = Environment.GetEnvironmentVariable("KILLED_TIMES");

    private static readonly int Kills = int.Parse(Times ?? "3", CultureInfo.InvariantCulture);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static TheoryData<string> Frameworks => Times is null ? ["net10.0"] : ["net8.0", "net9.0", "net10.0"];

    [Theory]
    [MemberData(nameof(Frameworks))]
    public async Task To_be_killed_is_no_gap_for_callers_of_a_target_and_a_short_one_on_the_page(string framework)
    {
        using Scratch scratch = new();
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        await using WebTarget web = await WebTarget.StartOn(framework);
        string configuration = $"sampling: {{ interval: 1s }}\notlp: {{ endpoint: '{receiver.GrpcEndpoint}', protocol: grpc }}\n"
            + $"dotnet: {{ meters: [Web.Requests], spans: {{ sampler: all }}, attach: 'pid = {web.Pid}' }}\n";
        await using WebLoad load = new(web);
        await load.Until(2000, Patience * 4);
        _ = load.Take(); // It has run warm.
        int before = Kernel.EventSessions(web.Pid); // Of one that runs on this machine anyway.
        var seconds = new List<(double Metrics, double Spans)>();
        for (int kill = 0; kill < Kills; kill++)
        {
            if (kill % 3 == 2) await Killed(scratch, configuration); // As soon as it is there: a session may be beginning.
            await receiver.ResetAsync();
            ulong since = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
            long began = TimeProvider.System.GetTimestamp();
            await using ExporterProcess exporter = await ExporterProcess.Start(scratch, configuration);
            double? first = (await exporter.PageWhere("its requests", page => page.Value("web_requests_total", web.Label) > 0, Left(began))).Value("web_requests_total", web.Label);
            await exporter.PageWhere("more of them", page => page.Value("web_requests_total", web.Label) > first, Left(began));
            double metrics = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            await Eventually.True("its spans", async () => (await receiver.SpansAsync()).Any(span => span.StartTimeUnixNano > since && span.Kind == "server"
                && span.Resource.Get("process.pid") == $"{web.Pid}"), within: Left(began));
            seconds.Add((metrics, TimeProvider.System.GetElapsedTime(began).TotalSeconds));
            await exporter.Kill();
        }
        await Eventually.True("no session of ours is left", () => Task.FromResult(Kernel.EventSessions(web.Pid) <= before), () => $"{Kernel.EventSessions(web.Pid)}", Patience);
        Latencies killed = load.Take();
        await load.Until(killed.Ordered.Length, Patience * Kills * 2);
        Latencies alone = load.Take();
        output.WriteLine($"{framework}: counted again after {Text(seconds.Select(s => s.Metrics))} s, spans were there after {Text(seconds.Select(s => s.Spans))} s");
        output.WriteLine($"killed: {killed}\nalone: {alone}");
        output.WriteLine(FormattableString.Invariant($"ratio of p99.9 {killed.Quantile(0.999) / alone.Quantile(0.999):F2}, of max {killed.Max / alone.Max:F2}"));
        Assert.True(killed.Max < Math.Max(Gap, 3 * alone.Max), $"{killed} against {alone}");
        await Listens(web);
    }

    private static async Task Killed(Scratch scratch, string configuration)
    {
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, configuration);
        await exporter.Kill();
    }

    private static string Text(IEnumerable<double> seconds) => string.Join(' ', seconds.Select(s => s.ToString("F1", CultureInfo.InvariantCulture)));

    /// <summary>A session of another begins, tells something, and ends.</summary>
    private static async Task Listens(WebTarget web)
    {
        using var late = new CancellationTokenSource(Patience);
        using EventPipeSession session = await new DiagnosticsClient(web.Pid).StartEventPipeSessionAsync(
            [new EventPipeProvider("System.Runtime", EventLevel.Informational, 0, new Dictionary<string, string> { ["EventCounterIntervalSec"] = "1" })],
            requestRundown: false, circularBufferMB: 1, late.Token);
        Assert.True(await session.EventStream.ReadAsync(new byte[4096], late.Token) > 0);
        Task rest = session.EventStream.CopyToAsync(Stream.Null, late.Token);
        await session.StopAsync(late.Token);
        await rest;
    }

    private static TimeSpan Left(long began) => Patience - TimeProvider.System.GetElapsedTime(began);
}
