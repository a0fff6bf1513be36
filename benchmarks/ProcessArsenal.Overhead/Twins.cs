using System.Globalization;

namespace ProcessArsenal.Overhead;

/// <summary>What it costs web programs to be listened to, by two copies of each that answer the same load at the same time: the published exporter listens to
/// one of them, and then to the other. What moves both (the clock of the processors, caches, neighbours, the exporter's own work) is the same for both; what
/// makes one copy differ from the other is the same in both halves of a pair. The programs take turns.</summary>
internal sealed class Twins(string exporter, string name, Subject one, Subject other)
{
    private const double Bound = 1.05;

    private readonly LogRatios _costs = new();
    private int _spoilt;

    public static async Task<int> Run(string exporter, string nearlyEmpty, string business)
    {
        int pairs = Settings.Number("PAIRS", 40), requests = Settings.Number("REQUESTS", 60_000), connections = Settings.Number("CONNECTIONS", 8);
        bool areHeld = true;
        foreach ((string name, string program, string route, int batch) in ((string, string, string, int)[])[("nearly empty", nearlyEmpty, "/orders/1", requests), ("representative", business, "/customers/18/orders/17?currency=EUR", requests / 5)])
        {
            await using Subject one = await Subject.Start(name, program, route, batch, connections), other = await Subject.Start(name, program, route, batch, connections);
            areHeld &= await new Twins(exporter, name, one, other).Measure(pairs);
        }
        return areHeld ? 0 : 1;
    }

    private async Task<bool> Measure(int pairs)
    {
        await RunWarm();
        Console.WriteLine($"{name}, pair: ratio listened to/not of either half, and of both");
        for (int pair = 1; pair <= 2 * pairs && _costs.Count < pairs; pair++)
        {
            (Subject first, Subject second) = pair % 2 == 1 ? (one, other) : (other, one);
            if (await Half(first, second) is not { } a || await Half(second, first) is not { } b)
            {
                _spoilt++;
                continue;
            }
            // The geometric mean of both halves.
            double on = Math.Sqrt(a.On * b.On), off = Math.Sqrt(a.Off * b.Off);
            _costs.Add(on, off);
            Say($"{pair}: {a.On / a.Off:F4}, {b.On / b.Off:F4}; {on:F2}, {off:F2}, {on / off:F4}");
        }
        return Judge();
    }

    private async Task RunWarm()
    {
        foreach (Subject listenedTo in (Subject[])[one, other])
        {
            listenedTo.RunWarm(4);
            await using ExporterRun listener = await Listen(listenedTo);
            listenedTo.RunWarm(3); // What it runs while it is listened to is compiled too.
        }
    }

    /// <summary>A batch of both at once; null if somebody else listened.</summary>
    private async Task<(double On, double Off)?> Half(Subject listenedTo, Subject left)
    {
        await Strangers.Leave([one.Pid, other.Pid]);
        await using ExporterRun listener = await Listen(listenedTo);
        listenedTo.BeginCount();
        double on = 0, off = 0;
        var beside = new Thread(() => off = left.Batch());
        beside.Start();
        on = listenedTo.Batch();
        beside.Join();
        return await listener.HasCounted(listenedTo.Pid, listenedTo.Sent) && !Strangers.Listen(left.Pid) ? (on, off) : null;
    }

    private async Task<ExporterRun> Listen(Subject subject)
    {
        ExporterRun listener = await ExporterRun.Start(exporter, string.Create(CultureInfo.InvariantCulture, $"dotnet: {{ attach: 'pid = {subject.Pid}' }}\n"));
        await listener.HasHeard([subject.Pid]);
        return listener;
    }

    private bool Judge()
    {
        (double low, double high) = _costs.Interval();
        (double more, double least, double most) = _costs.Difference();
        bool isHeld = high <= Bound;
        Say($"- {name}, {_costs.Count} pairs of batches of {one.Requests:N0} requests, {_spoilt} left out: CPU a request {_costs.MedianOn:F2} us listened to, {_costs.MedianOff:F2} us not (medians); {more:F2} us more, 95 % interval {least:F2} to {most:F2}");
        Say($"  ratio: median {_costs.Median:F4}, mean {_costs.Mean:F4}, 95 % interval of the mean {low:F4} to {high:F4}; upper bound {(high - 1) * 100:+0.00;-0.00} %, bound {(Bound - 1) * 100:F0} %: {(isHeld ? "held" : "EXCEEDED")}");
        return isHeld;
    }

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
