using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace ProcessArsenal.Overhead;

/// <summary>Alertmanager's webhook under load: how soon a delivery is answered, that is on the disk; whether 1,000 alerts a second are kept up with; and what a storm does to the memory.
/// Deliveries are sent when they are due, whatever became of those before, so that one which waits is counted with its waiting.</summary>
internal static class WebhookLoad
{
    private const int Connections = 64;

    private static int _name;

    /// <param name="control">Of the control listener.</param>
    /// <param name="token">A file with the responder's token.</param>
    /// <param name="pid">Of the exporter, whose memory is looked at.</param>
    public static async Task<int> Run(Uri control, string token, int pid)
    {
        int seconds = Settings.Number("SECONDS", 60), deliveries = Settings.Number("DELIVERIES", 2000);
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections }) { BaseAddress = control, Timeout = TimeSpan.FromSeconds(30) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(token)).Trim());
        await One(client, Body(1)); // So that it has been compiled, and the log has its size.
        await Paced("warm-up", client, 50, 2, 1);
        bool isMet = true;

        Load alone = await Paced(FormattableString.Invariant($"one after the other, {deliveries} of an alert each"), client, 0, 0, 1, deliveries);
        isMet &= Judge("202 within 10 ms (p99)", alone.Of99 <= 10 && alone.Shed == 0);
        Load steady = await Paced(FormattableString.Invariant($"1,000 alerts a second in deliveries of 10, {seconds} s"), client, 100, seconds, 10);
        isMet &= Judge("all recorded, at the pace at which they came", steady.Shed == 0 && steady.Failed == 0 && steady.Took.TotalSeconds < seconds + 2);
        double before = Memory(pid);
        Load burst = await Burst(client, 100, 100);
        Load flood = await Paced(FormattableString.Invariant($"200 deliveries a second of an alert each, {seconds} s"), client, 200, seconds, 1);
        double after = Memory(pid);
        Console.WriteLine(FormattableString.Invariant($"memory: {before:0} MiB before the burst, {after:0} MiB after both, {Peak(pid):0} MiB at most"));
        isMet &= Judge("nothing but 202 and 503", burst.Failed == 0 && flood.Failed == 0);
        isMet &= Judge("memory flat (within 32 MiB)", after <= before + 32);
        return isMet ? 0 : 1;
    }

    private sealed record Load(double Of99, long Shed, long Failed, TimeSpan Took);

    private static bool Judge(string aim, bool isMet)
    {
        Console.WriteLine($"  {aim}: {(isMet ? "met" : "NOT MET")}");
        return isMet;
    }

    /// <param name="rate">Deliveries a second; 0: each after the one before.</param>
    private static async Task<Load> Paced(string what, HttpClient client, int rate, int seconds, int alerts, int count = 0)
    {
        if (rate > 0) count = rate * seconds;
        string[] bodies = [.. Enumerable.Range(0, count).Select(_ => Body(alerts))];
        var answers = new (HttpStatusCode Status, double Milliseconds)[count];
        long began = TimeProvider.System.GetTimestamp();
        var open = new List<Task>();
        for (int i = 0; i < count; i++)
        {
            int index = i;
            if (rate == 0)
            {
                answers[index] = await One(client, bodies[index]);
                continue;
            }
            TimeSpan due = TimeSpan.FromSeconds((double)i / rate);
            TimeSpan rest = due - TimeProvider.System.GetElapsedTime(began);
            if (rest > TimeSpan.FromMilliseconds(1)) await Task.Delay(rest);
            open.Add(Task.Run(async () =>
            {
                (HttpStatusCode status, _) = await One(client, bodies[index]);
                answers[index] = (status, (TimeProvider.System.GetElapsedTime(began) - due).TotalMilliseconds);
            }));
        }
        await Task.WhenAll(open);
        return Tell(what, answers, TimeProvider.System.GetElapsedTime(began));
    }

    private static async Task<Load> Burst(HttpClient client, int deliveries, int alerts)
    {
        string[] bodies = [.. Enumerable.Range(0, deliveries).Select(_ => Body(alerts))];
        long began = TimeProvider.System.GetTimestamp();
        (HttpStatusCode, double)[] answers = await Task.WhenAll(bodies.Select(body => One(client, body)));
        return Tell(FormattableString.Invariant($"{deliveries * alerts} alerts at once, in {deliveries} deliveries"), answers, TimeProvider.System.GetElapsedTime(began));
    }

    private static async Task<(HttpStatusCode Status, double Milliseconds)> One(HttpClient client, string body)
    {
        long began = TimeProvider.System.GetTimestamp();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync(new Uri("/api/v1/alerts", UriKind.Relative), content);
        await answer.Content.ReadAsByteArrayAsync();
        return (answer.StatusCode, TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
    }

    private static Load Tell(string what, (HttpStatusCode Status, double Milliseconds)[] answers, TimeSpan took)
    {
        double[] times = [.. answers.Where(static one => one.Status == HttpStatusCode.Accepted).Select(static one => one.Milliseconds).Order()];
        long shed = answers.Count(static one => one.Status == HttpStatusCode.ServiceUnavailable), failed = answers.Length - times.Length - shed;
        double p99 = times.Length > 0 ? times[(int)(times.Length * 0.99)] : double.PositiveInfinity;
        Console.WriteLine(FormattableString.Invariant(
            $"{what}: {times.Length} of {answers.Length} recorded in {took.TotalSeconds:0.0} s, {shed} told to come again, {failed} failed; ms: median {times.ElementAtOrDefault(times.Length / 2):0.00}, p99 {p99:0.00}, most {times.LastOrDefault():0.00}"));
        return new Load(p99, shed, failed, took);
    }

    /// <summary>Each alert is another one: the dearest case.</summary>
    private static string Body(int alerts)
    {
        string starts = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var list = Enumerable.Range(0, alerts).Select(_ => $$"""
            {"status":"firing","labels":{"alertname":"ProcessMemoryGrowing{{Interlocked.Increment(ref _name)}}","group":"orders","instance":"localhost:9464","job":"process-arsenal","severity":"critical"},"annotations":{"summary":"orders grows by 2 MiB a minute","description":"Its memory has grown for ten minutes."},"startsAt":"{{starts}}","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prometheus:9090/graph?g0.expr=process_memory_trend_bytes_per_second"}
            """);
        return $$"""{"version":"4","groupKey":"{}:{alertname=\"ProcessMemoryGrowing\"}","truncatedAlerts":0,"status":"firing","receiver":"arsenal","groupLabels":{},"commonLabels":{"instance":"localhost:9464"},"commonAnnotations":{},"externalURL":"http://alertmanager:9093","alerts":[{{string.Join(',', list)}}]}""";
    }

    private static double Memory(int pid) => Status(pid, "VmRSS:");

    private static double Peak(int pid) => Status(pid, "VmHWM:");

    /// <returns>MiB.</returns>
    private static double Status(int pid, string name) => double.Parse(
        File.ReadLines(FormattableString.Invariant($"/proc/{pid}/status")).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) / 1024;
}
