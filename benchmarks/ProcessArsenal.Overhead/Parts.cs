using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;

namespace ProcessArsenal.Overhead;

/// <summary>What each part of the sessions costs a web program: CPU time for a request while a session asks for just that part, against none. Each batch
/// has one without beside it, before or after it in turns; all parts in turns, in one process.</summary>
internal static class Parts
{
    private const string Hosting = "Microsoft.AspNetCore.Hosting";
    private const string Duration = Hosting + @"\http.server.request.duration", Active = Hosting + @"\http.server.active_requests";
    private const string Buckets = "scale=20;maxBuckets=160;reportDeltas=false";

    private static readonly Dictionary<string, EventPipeProvider[]> All = new()
    {
        ["nothing, too"] = [],
        ["meters, none of them there"] = [Meters("Nothing")],
        ["meter System.Runtime"] = [Meters("System.Runtime")],
        ["meter of Kestrel"] = [Meters("Microsoft.AspNetCore.Server.Kestrel")],
        ["http.server.active_requests"] = [Meters(Active)],
        ["http.server.request.duration"] = [Meters(Duration)],
        ["the same, quantiles"] = [Meters(Duration, buckets: null)],
        ["the same, the coarsest buckets"] = [Meters(Duration, buckets: "scale=-11;maxBuckets=160;reportDeltas=false")],
        ["the same, each 10 s"] = [Meters(Duration, seconds: 10)],
        ["both"] = [Meters(Hosting)],
        ["events and event counters"] =
        [
            Runtime(0x1 | 0x4000 | 0x10000, EventLevel.Informational), // collections, contention, thread pool
            Runtime(0x8000, EventLevel.Error), // exceptions
            new("System.Runtime", EventLevel.Informational, 0, new Dictionary<string, string> { ["EventCounterIntervalSec"] = "5" }),
        ],
    };

    public static async Task<int> Run(string program)
    {
        int rounds = Settings.Number("ROUNDS", 30), requests = Settings.Number("REQUESTS", 40_000);
        await using WebProcess web = await WebProcess.Start(program);
        using var load = new Load(web.Port, "/orders/1", 16);
        load.Send(300_000);
        var costs = All.Keys.ToDictionary(part => part, _ => new LogRatios());
        for (int round = -1; round < rounds; round++)
        {
            // The first one only runs it warm. Not always in the same order.
            IEnumerable<string> order = round % 2 == 0 ? All.Keys : All.Keys.Reverse();
            int place = round;
            foreach (string part in order)
            {
                bool onFirst = place++ % 2 == 0;
                double first = await Batch(onFirst ? All[part] : []), second = await Batch(onFirst ? [] : All[part]);
                if (round >= 0) costs[part].Add(onFirst ? first : second, onFirst ? second : first);
            }
        }
        foreach ((string part, LogRatios ratios) in costs)
        {
            (double low, double high) = ratios.Interval();
            (double more, double least, double most) = ratios.Difference();
            Console.WriteLine(FormattableString.Invariant($"{part,-30} {ratios.Mean:F3} times nothing ({low:F3} to {high:F3}), {more:F2} us a request more ({least:F2} to {most:F2})"));
        }
        return 0;

        async Task<double> Batch(EventPipeProvider[] providers)
        {
            await Strangers.Leave([web.Pid]);
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

    private static EventPipeProvider Meters(string names, string? buckets = Buckets, int seconds = 1)
    {
        var arguments = new Dictionary<string, string>
        {
            ["SessionId"] = "SHARED",
            ["ClientId"] = Guid.NewGuid().ToString(),
            ["SharedIdentifier"] = Guid.NewGuid().ToString(),
            ["Metrics"] = names,
            ["RefreshInterval"] = seconds.ToString(CultureInfo.InvariantCulture),
            ["MaxTimeSeries"] = "1000",
            ["MaxHistograms"] = "100",
        };
        if (buckets is not null) arguments["Base2ExponentialHistogram"] = buckets;
        return new EventPipeProvider("System.Diagnostics.Metrics", EventLevel.Informational, 0x2, arguments);
    }
}
