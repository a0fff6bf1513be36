using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;

namespace ProcessArsenal.Overhead;

/// <summary>What each part of the sessions costs a web program: CPU time for a request while a session asks for just that part, against none. Batches
/// of all parts in turns, in one process.</summary>
internal static class Parts
{
    private const string Hosting = "Microsoft.AspNetCore.Hosting";

    private static readonly Dictionary<string, EventPipeProvider[]> All = new()
    {
        ["nothing"] = [],
        ["meters, none of them there"] = [Meters("Nothing")],
        ["meter System.Runtime"] = [Meters("System.Runtime")],
        ["meter of Kestrel"] = [Meters("Microsoft.AspNetCore.Server.Kestrel")],
        ["http.server.request.duration"] = [Meters(Hosting + @"\http.server.request.duration")],
        ["http.server.active_requests"] = [Meters(Hosting + @"\http.server.active_requests")],
        ["both"] = [Meters(Hosting)],
        ["collections"] = [Runtime(0x1, EventLevel.Informational)],
        ["contention"] = [Runtime(0x4000, EventLevel.Informational)],
        ["thread pool"] = [Runtime(0x10000, EventLevel.Informational)],
        ["exceptions and event counters"] =
        [
            Runtime(0x8000, EventLevel.Error),
            new("System.Runtime", EventLevel.Informational, 0, new Dictionary<string, string> { ["EventCounterIntervalSec"] = "5" }),
        ],
    };

    public static async Task<int> Run(string program)
    {
        int rounds = Settings.Number("ROUNDS", 10), requests = Settings.Number("REQUESTS", 60_000);
        await using WebProcess web = await WebProcess.Start(program);
        using var load = new Load(web.Port, "/orders/1", 16);
        load.Send(300_000);
        var costs = All.Keys.ToDictionary(part => part, _ => new LogRatios());
        string[] parts = [.. All.Keys];
        for (int round = -1; round < rounds; round++)
        {
            // Not always in the same order; the first round only runs it warm.
            string[] order = [.. parts.Skip(Math.Max(0, round) % parts.Length), .. parts.Take(Math.Max(0, round) % parts.Length)];
            if (round % 2 != 0) Array.Reverse(order);
            var used = new Dictionary<string, double>();
            foreach (string part in order) used[part] = await Batch(All[part]);
            if (round >= 0) foreach (string part in parts) costs[part].Add(used[part], used["nothing"]);
        }
        foreach ((string part, LogRatios ratios) in costs)
        {
            (double low, double high) = ratios.Interval();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{part,-30} {ratios.MedianOn:F2} us a request, {ratios.Mean:F3} times nothing ({low:F3} to {high:F3})"));
        }
        return 0;

        async Task<double> Batch(EventPipeProvider[] providers)
        {
            EventPipeSession? session = providers.Length == 0 ? null : await new DiagnosticsClient(web.Pid).StartEventPipeSessionAsync(providers, requestRundown: false, 16, default);
            Task read = session?.EventStream.CopyToAsync(Stream.Null) ?? Task.CompletedTask;
            load.Send(requests / 5);
            long began = web.CpuNanoseconds();
            load.Send(requests);
            double used = (web.CpuNanoseconds() - began) / 1000.0 / requests;
            if (session is not null) await session.StopAsync(default);
            await read;
            session?.Dispose();
            return used;
        }
    }

    private static EventPipeProvider Runtime(long keywords, EventLevel level) => new("Microsoft-Windows-DotNETRuntime", level, keywords);

    private static EventPipeProvider Meters(string names) => new("System.Diagnostics.Metrics", EventLevel.Informational, 0x2, new Dictionary<string, string>
    {
        ["SessionId"] = "SHARED",
        ["ClientId"] = Guid.NewGuid().ToString(),
        ["SharedIdentifier"] = Guid.NewGuid().ToString(),
        ["Metrics"] = names,
        ["RefreshInterval"] = "1",
        ["MaxTimeSeries"] = "1000",
        ["MaxHistograms"] = "100",
        ["Base2ExponentialHistogram"] = "scale=20;maxBuckets=160;reportDeltas=false",
    });
}
