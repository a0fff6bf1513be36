using System.Globalization;
using System.Security.Cryptography;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>We are killed at random moments, while a program serves and the receiver of its spans comes and goes: of what ended while we listened, no more
/// is lost than the last second before each kill. Twice, or as often as OTLP_KILLED_TIMES says (`make otlp-killed`).</summary>
public sealed class OtlpKilledTests(ITestOutputHelper output)
{
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("OTLP_KILLED_TIMES") ?? "2", CultureInfo.InvariantCulture);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40), LastMoment = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task What_is_lost_ended_in_the_last_second_before_a_kill()
    {
        using Scratch scratch = new();
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync(idsOnly: true);
        await using WebTarget web = await WebTarget.StartOn("net10.0");
        string configuration = $"sampling: {{ interval: 1s }}\notlp: {{ endpoint: '{receiver.GrpcEndpoint}' }}\ndotnet: {{ spans: {{ sampler: all }}, attach: 'pid = {web.Pid}' }}\n";
        await using TracedLoad load = new(web, "orders/1");
        var lives = new List<(long Began, long Killed)>();
        for (int kill = 0; kill < Kills; kill++)
        {
            long began = TimeProvider.System.GetTimestamp();
            await using ExporterProcess exporter = await ExporterProcess.Start(scratch, configuration);
            await exporter.PageWhere("the program is listened to", page => page.Where("dotnet_process_memory_working_set_bytes", web.Label).Any(), within: Patience);
            double earlier = await Taken(exporter); // What earlier lives left.
            await Eventually.True("its spans are taken", async () => await Taken(exporter) > earlier, () => exporter.Log, Patience);
            if (kill % 2 == 0) await receiver.CloseAsync();
            await load.More(RandomNumberGenerator.GetInt32(300, 1500), Patience); // A random moment.
            if (kill % 4 == 2) await receiver.OpenAsync();
            long killed = TimeProvider.System.GetTimestamp();
            await exporter.Kill();
            if (kill % 2 == 0) await receiver.OpenAsync();
            lives.Add((began, killed));
        }
        await load.Stop();
        await using ExporterProcess last = await ExporterProcess.Start(scratch, configuration);
        await Eventually.True("nothing waits", async () => (await last.Page()).Value("arsenal_otlp_waiting_items", "signal=traces") == 0, () => last.Log, Patience);

        string[] ids = await receiver.SpanIdsAsync();
        HashSet<string> arrived = [.. ids.Select(id => id.Split('-')[0])];
        int expected = 0, lost = 0, late = 0;
        foreach ((long began, long killed) in lives)
        {
            long[] here = [.. load.Ended.Where(pair => arrived.Contains(pair.Key) && pair.Value.Ended >= began && pair.Value.Ended <= killed).Select(pair => pair.Value.Ended)];
            Assert.NotEmpty(here);
            long first = here.Min(); // Since then it listens.
            foreach ((string trace, TracedRequest request) in load.Ended.Where(pair => pair.Value.Ended >= first && pair.Value.Ended <= killed))
            {
                expected++;
                if (arrived.Contains(trace)) continue;
                if (TimeProvider.System.GetElapsedTime(request.Ended, killed) <= LastMoment) late++;
                else lost++;
            }
        }
        output.WriteLine($"{Kills} kills: {expected} spans ended while we listened, {late} lost of the last second before a kill, {lost} others; {ids.Length - ids.Distinct().Count()} came twice");
        Assert.Equal(0, lost);
        Assert.Empty((await receiver.CountsAsync()).Problems);
    }

    /// <summary>Spans that it has had, wherever they are now.</summary>
    private static async Task<double> Taken(ExporterProcess exporter)
    {
        MetricsPage page = await exporter.Page();
        return (page.Value("arsenal_otlp_waiting_items", "signal=traces") + page.Value("arsenal_otlp_sent_total", "signal=traces")) ?? 0;
    }
}
