using System.Globalization;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>A receiver has one trouble after the other while a program serves: no span is lost but those that it refuses, none comes twice but those whose
/// answer was lost, and we don't grow. Three seconds each, or as long as OTLP_OUTAGE_SECONDS says, and then by both protocols (`make otlp-outage`), or by OTLP_OUTAGE_PROTOCOL.</summary>
public sealed class OtlpOutageTests(ITestOutputHelper output)
{
    /// <summary>Resident bytes that are no growth: what was not needed before the first trouble, once.</summary>
    private const long Unfolding = 12 << 20;

    private static readonly string? Long = Environment.GetEnvironmentVariable("OTLP_OUTAGE_SECONDS");

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(int.Parse(Long ?? "3", CultureInfo.InvariantCulture)),
        Timeout = TimeSpan.FromSeconds(Long is null ? 2 : 10), Patience = TimeSpan.FromSeconds(60), LongestWait = TimeSpan.FromSeconds(30);

    private readonly List<(string What, long Resident)> _memory = [];

    public static TheoryData<string> Protocols =>
        Environment.GetEnvironmentVariable("OTLP_OUTAGE_PROTOCOL") is { } one ? [one] : Long is null ? ["grpc"] : ["grpc", "http/protobuf"];

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task What_a_receiver_does_not_take_now_it_gets_later_and_once(string protocol)
    {
        bool grpc = protocol == "grpc";
        using Scratch scratch = new();
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync(idsOnly: true);
        await using WebTarget web = await WebTarget.StartOn("net10.0");
        await using ExporterProcess exporter = await ExporterProcess.Start(
            scratch,
            $"sampling: {{ interval: 1s }}\notlp: {{ endpoint: '{(grpc ? receiver.GrpcEndpoint : receiver.HttpEndpoint)}', protocol: {protocol}, interval: 1s, timeout: {Timeout.TotalSeconds}s }}\n"
            + $"dotnet: {{ spans: {{ sampler: all }}, attach: 'pid = {web.Pid}' }}\n");
        await using TracedLoad load = new(web, "orders/1");
        await Eventually.True("its first spans", async () => (await receiver.CountsAsync()).Traces.Items > 0, () => exporter.Log, Patience);
        HashSet<string> arrived = [.. (await receiver.SpanIdsAsync()).Select(Trace)];
        long first = load.Ended.Where(pair => arrived.Contains(pair.Key)).Min(pair => pair.Value.Ended); // Since then it listens.
        await Watch("before", exporter, Length);
        long quiet = Most("before");

        var ends = new List<(ReceiverTrouble Trouble, int Spans, long Time)>();
        foreach (ReceiverTrouble trouble in ReceiverTrouble.All(grpc, Timeout))
        {
            await trouble.Begin(receiver);
            double waited = await Watch(trouble.Name, exporter, Length);
            await trouble.End(receiver);
            // What waited is tried again after a while that is longer the longer the trouble was.
            await exporter.PageWhere($"what waited while it was {trouble.Name} is sent", page => Waiting(page) == 0, Patience + LongestWait);
            ends.Add((trouble, (await receiver.SpanIdsAsync()).Length, TimeProvider.System.GetTimestamp()));
            output.WriteLine($"{trouble.Name}: {waited:F0} spans waited at most, {Most(trouble.Name) >> 10} KiB resident at most");
        }
        await load.Stop();
        await Eventually.True("the last span", async () => (await receiver.SpanIdsAsync()).Select(Trace).Contains(load.Ended.MaxBy(pair => pair.Value.Ended).Key), within: Patience);

        string[] ids = await receiver.SpanIdsAsync();
        OtlpCounts counts = await receiver.CountsAsync();
        string[] missing = [.. load.Ended.Where(pair => pair.Value.Ended >= first).Select(pair => pair.Key).Except(ids.Select(Trace))];
        foreach (IGrouping<string, string> gone in missing.GroupBy(trace => ends.FirstOrDefault(end => load.Ended[trace].Ended <= end.Time).Trouble?.Name ?? "after"))
            output.WriteLine($"{gone.Count()} of those that ended while it was {gone.Key} did not come");
        output.WriteLine($"{load.Ended.Count} spans, {missing.Length} did not come, {counts.Traces.Rejected} were rejected; {quiet >> 10} KiB resident before");
        MetricsPage end = await exporter.Page();
        Assert.Equal(missing.Length, end.Value("arsenal_otlp_dropped_total", "signal=traces", "reason=rejected"));
        Assert.InRange(missing.Length, 1, counts.Traces.Rejected); // Of our own spans some may be among them.
        Assert.All(end.Where("arsenal_otlp_dropped_total").Where(sample => sample["reason"] != "rejected"), sample => Assert.Equal(0, sample.Value));
        AssertRepeated(ids, ends);
        Assert.Empty(counts.Problems);
        AssertFlat(quiet);
    }

    private static double Waiting(MetricsPage page) => page.Value("arsenal_otlp_waiting_items", "signal=traces") ?? double.NaN;

    private static string Trace(string id) => id.Split('-')[0];

    private long Most(string what) => _memory.Where(sample => sample.What == what).Max(sample => sample.Resident);

    /// <returns>How many spans waited, at most.</returns>
    private async Task<double> Watch(string what, ExporterProcess exporter, TimeSpan time)
    {
        double most = 0;
        await Eventually.Every(TimeSpan.FromMilliseconds(500), time, async () =>
        {
            most = Math.Max(most, Waiting(await exporter.Page()));
            _memory.Add((what, Kernel.ResidentBytes(exporter.Pid)));
        });
        return most;
    }

    private void AssertFlat(long quiet)
    {
        long[] resident = [.. _memory.Select(sample => sample.Resident)];
        Assert.True(resident.Max() <= quiet + Unfolding, $"{quiet >> 10} KiB before any trouble, {resident.Max() >> 10} KiB later.");
        int half = resident.Length / 2;
        (double early, double late) = (resident.Skip(half / 2).Take(half / 2).Average(), resident.TakeLast(half / 2).Average());
        Assert.True(late <= (early * 1.1) + (2 << 20), FormattableString.Invariant($"RSS grew from {early:F0} to {late:F0} bytes."));
    }

    /// <summary>Those that come again come in a time when answers were lost.</summary>
    private void AssertRepeated(string[] ids, List<(ReceiverTrouble Trouble, int Spans, long Time)> ends)
    {
        var seen = new HashSet<string>();
        for (int i = 0, at = 0; i < ids.Length; i++)
        {
            while (at < ends.Count - 1 && i >= ends[at].Spans) at++;
            if (!seen.Add(ids[i])) Assert.True(ends[at].Trouble.MayRepeat, $"{ids[i]} came twice while it was {ends[at].Trouble.Name}.");
        }
        output.WriteLine($"{ids.Length - seen.Count} came twice");
    }
}
