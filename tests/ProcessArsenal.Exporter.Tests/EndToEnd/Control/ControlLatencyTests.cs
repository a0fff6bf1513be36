using System.Globalization;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>How soon a signal is there after the call, its intent on the disk: by the clock of both. The bound holds for a quiet machine (`make bench-control`);
/// beside other tests only a wider one can.</summary>
public sealed class ControlLatencyTests(ITestOutputHelper output)
{
    private static readonly int Calls = int.Parse(Environment.GetEnvironmentVariable("CONTROL_CALLS") ?? "50", CultureInfo.InvariantCulture);

    private static readonly double MostMilliseconds = Environment.GetEnvironmentVariable("CONTROL_CALLS") is null ? 250 : 5;

    [Fact]
    public async Task A_signal_is_there_in_time()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "dotnet: { attach: none }\ncontrol: { max_actions_per_hour: 100000 }\n");
        using var client = new ControlClient(exporter);
        using var target = new Target();
        double perNanosecond = 1e9 / TimeProvider.System.TimestampFrequency; // CLOCK_MONOTONIC, as the target's.
        var sent = new List<long>();
        for (int i = 0; i < Calls + 10; i++)
        {
            sent.Add((long)(TimeProvider.System.GetTimestamp() * perNanosecond));
            Answer answer = await client.Ask(HttpMethod.Post, $"/api/v1/processes/{target.Pid}/signal", client.Admin, static request => request.Content = new StringContent("""{"signal":"USR1"}"""));
            Assert.True(answer.Status == 200, answer.Body);
        }
        await Eventually.True("all were heard", () => target.Heard.Length == sent.Count);
        double[] inOrder = [.. target.Heard.Zip(sent, static (heard, sent) => (long.Parse(heard, CultureInfo.InvariantCulture) - sent) / 1e6).Skip(10)]; // The first ones warm up.
        double[] took = [.. inOrder.Order()];
        double p50 = took[took.Length / 2], p99 = took[(int)(took.Length * 0.99)];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{took.Length} signals: {p50:0.00} ms (median), {p99:0.00} ms (p99), {took[^1]:0.00} ms at most"));
        output.WriteLine("the longest: " + string.Join(", ", inOrder.Index().OrderByDescending(static call => call.Item).Take(20).Select(static call => string.Create(CultureInfo.InvariantCulture, $"{call.Item:0.0} (the {call.Index}th)"))));
        Assert.InRange(p99, 0, MostMilliseconds);
    }
}
