using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace ProcessArsenal.Overhead;

/// <summary>How long the control listener takes to answer, from the other end of a kept connection on the same host; and what 200 readers that ask as fast as
/// they are answered do to the sampling.</summary>
internal static class ApiLoad
{
    private const int Readers = 200;

    private static readonly (string What, string Path, double Aim)[] Questions =
    [
        ("list: filter, sort, a page of 100", "/api/v1/processes?where=memory%20%3E%201MiB%20and%20not%20user%20%3D%20%22nobody%22&sort=cpu&limit=100", 5),
        ("list: filter, sort, all on one page", "/api/v1/processes?where=memory%20%3E%201MiB%20and%20not%20user%20%3D%20%22nobody%22&sort=cpu&limit=5000", 0),
        ("tree", "/api/v1/tree", 0),
        ("groups", "/api/v1/groups", 0),
        ("lifecycle", "/api/v1/lifecycle", 0),
        ("inspect, another process each time", "/api/v1/processes/{pid}", 20),
    ];

    /// <param name="control">Of the control listener.</param>
    /// <param name="metrics">Of the page.</param>
    /// <param name="tokens">A directory of tokens, a file each: readers take turns with them, as each may ask only so often.</param>
    public static async Task<int> Run(Uri control, Uri metrics, string tokens)
    {
        int requests = Settings.Number("REQUESTS", 1000), seconds = Settings.Number("SECONDS", 20);
        string[] texts = [.. Directory.GetFiles(tokens).Order(StringComparer.Ordinal).Select(file => File.ReadAllText(file).Trim())];
        using HttpClient client = Client(control, texts[0]);
        using HttpClient page = Client(metrics, null);
        int[] pids = await Pids(client);
        Console.WriteLine(FormattableString.Invariant($"{pids.Length} processes; milliseconds of {requests} requests each, one after the other"));
        bool isMet = true;
        foreach ((string what, string path, double aim) in Questions)
        {
            var times = new List<double>();
            int bytes = 0;
            for (int i = -50; i < requests; i++)
            {
                long began = TimeProvider.System.GetTimestamp();
                using HttpResponseMessage answer = await client.GetAsync(new Uri(path.Replace("{pid}", pids[(i + 50) * 7 % pids.Length].ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), UriKind.Relative));
                bytes = (await answer.Content.ReadAsByteArrayAsync()).Length;
                if ((int)answer.StatusCode == 404) continue; // It has ended.
                if ((int)answer.StatusCode == 429)
                {
                    await Task.Delay(1000); // As fast as a token may.
                    continue;
                }
                answer.EnsureSuccessStatusCode();
                if (i >= 0) times.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            }
            times.Sort();
            double p99 = times[(int)(times.Count * 0.99)];
            string verdict = aim == 0 ? "" : p99 <= aim ? $", aim {aim}: met" : $", aim {aim}: NOT MET";
            isMet &= aim == 0 || p99 <= aim;
            Console.WriteLine(FormattableString.Invariant($"{what}: median {times[times.Count / 2]:0.00}, p99 {p99:0.00}, most {times[^1]:0.00}{verdict} ({bytes} bytes)"));
        }
        Console.WriteLine(FormattableString.Invariant($"ticks, {seconds} s each: milliseconds that one took, and how many a second"));
        await Ticks("nobody asks", page, seconds);
        using var stop = new CancellationTokenSource();
        long answered = 0, refused = 0;
        Task[] readers = [.. Enumerable.Range(0, Readers).Select(reader => Task.Run(async () =>
        {
            using HttpClient own = Client(control, texts[reader % texts.Length]);
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using HttpResponseMessage answer = await own.GetAsync(new Uri(Questions[0].Path, UriKind.Relative), stop.Token);
                    await answer.Content.ReadAsByteArrayAsync(stop.Token);
                    if (answer.IsSuccessStatusCode) Interlocked.Increment(ref answered);
                    else Interlocked.Increment(ref refused);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }))];
        await Ticks($"{Readers} readers", page, seconds);
        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Console.WriteLine(FormattableString.Invariant($"{answered / (double)seconds:0} lists a second were answered, {refused / (double)seconds:0} refused as too many"));
        return isMet ? 0 : 1;
    }

    private static async Task Ticks(string who, HttpClient page, int seconds)
    {
        var durations = new List<double>();
        long began = TimeProvider.System.GetTimestamp();
        (double first, _) = await Read(page);
        double last = first;
        while (TimeProvider.System.GetElapsedTime(began).TotalSeconds < seconds)
        {
            await Task.Delay(200);
            (double tick, double duration) = await Read(page);
            if (tick > last) durations.Add(duration * 1000);
            last = tick;
        }
        double rate = (last - first) / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        durations.Sort();
        Console.WriteLine(FormattableString.Invariant($"{who}: median {durations[durations.Count / 2]:0.0}, most {durations[^1]:0.0}; {rate:0.00} a second"));
    }

    private static async Task<(double Tick, double Duration)> Read(HttpClient page)
    {
        string[] lines = (await page.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n');
        return (Value("arsenal_ticks_total "), Value("arsenal_sample_duration_seconds "));

        double Value(string name) => double.Parse(lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..], CultureInfo.InvariantCulture);
    }

    private static async Task<int[]> Pids(HttpClient client)
    {
        using var list = JsonDocument.Parse(await client.GetStringAsync(new Uri("/api/v1/processes?limit=5000", UriKind.Relative)));
        return [.. list.RootElement.GetProperty("processes").EnumerateArray().Select(process => process.GetProperty("pid").GetInt32())];
    }

    private static HttpClient Client(Uri address, string? token)
    {
        var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
