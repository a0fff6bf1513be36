using System.Globalization;
using ProcessArsenal.Overhead;

// What it costs a web program to be listened to: its CPU time for a request while the published exporter, as it comes, is attached, against that
// without. Pairs of batches of the same number of requests, in alternating order, all in one process that has run warm.
// Usage: overhead PROGRAM WEB.DLL; exits with 1 if the bound is exceeded. overhead targets PROGRAM SHOP: see TargetCosts.
// overhead parts WEB.DLL: see Parts.
if (args is ["targets", string program, string shop]) return await TargetCosts.Run(program, shop);
if (args is ["parts", string served]) return await Parts.Run(served);

const double Bound = 1.05;
int pairs = Settings.Number("PAIRS", 24), requests = Settings.Number("REQUESTS", 100_000), warmUp = Settings.Number("WARMUP", 300_000), connections = Settings.Number("CONNECTIONS", 16);
string exporter = args[0];

await using WebProcess web = await WebProcess.Start(args[1]);
using var load = new Load(web.Port, Environment.GetEnvironmentVariable("ROUTE") ?? "/orders/1", connections);
load.Send(warmUp);
await using (await ExporterRun.Start(exporter, web.Pid)) load.Send(warmUp / 2); // What it runs while it is listened to is compiled too.

var ratios = new LogRatios();
Console.WriteLine("pair, first, microseconds of CPU a request on and off, ratio");
for (int pair = 1; pair <= pairs; pair++)
{
    bool onFirst = pair % 2 == 1;
    double first = await Batch(onFirst), second = await Batch(!onFirst);
    (double on, double off) = onFirst ? (first, second) : (second, first);
    ratios.Add(on, off);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{pair}, {(onFirst ? "on" : "off")}, {on:F2}, {off:F2}, {on / off:F4}"));
}
(double low, double high) = ratios.Interval();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
    - {pairs} pairs of {requests:N0} requests over {connections} connections; CPU a request: {ratios.MedianOn:F2} us on, {ratios.MedianOff:F2} us off (medians)
    - ratio on/off: median {ratios.Median:F4}, mean {ratios.Mean:F4}, 95 % interval of the mean {low:F4} to {high:F4}
    - upper bound {(high - 1) * 100:+0.00;-0.00} %, bound {(Bound - 1) * 100:F0} %: {(high <= Bound ? "held" : "EXCEEDED")}
    """));
return high <= Bound ? 0 : 1;

// Microseconds of CPU for a request.
async Task<double> Batch(bool on)
{
    ExporterRun? run = on ? await ExporterRun.Start(exporter, web.Pid) : null;
    await using (run)
    {
        load.Send(requests / 10); // What waits from the change is over.
        long began = web.CpuNanoseconds();
        load.Send(requests);
        double used = (web.CpuNanoseconds() - began) / 1000.0 / requests;
        // It was on, and told of every request.
        if (run is not null) await run.HasCounted(requests + requests / 10);
        return used;
    }
}
