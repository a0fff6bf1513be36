namespace ProcessArsenal.Overhead;

/// <summary>What it costs a web program that the published exporter records where its CPU time goes (preset cpu: the stacks of all its threads, a thousand times a second),
/// against being listened to alone. Pairs of batches of the same number of requests by connections that are always busy, in alternating order: requests a second, and CPU time a request.
/// The load, the program and the exporter share the machine's processors, so what the exporter writes is in it too.</summary>
internal static class Profiled
{
    private const double Bound = 1.05;

    /// <param name="business">tests/targets/Catalogue.</param>
    public static async Task<int> Run(string exporter, string business)
    {
        int pairs = Settings.Number("PAIRS", 20), requests = Settings.Number("REQUESTS", 30_000), connections = Settings.Number("CONNECTIONS", 16);
        await using Subject subject = await Subject.Start("representative", business, "/customers/18/orders/17?currency=EUR", requests, connections);
        await Strangers.Leave([subject.Pid]);
        await using ExporterRun listener = await ExporterRun.Start(exporter, [subject.Pid]);
        subject.RunWarm(3);
        var times = new LogRatios();
        Console.WriteLine("pair, first: requests a second recorded and not, ratio; microseconds of CPU a request recorded and not, ratio");
        for (int pair = 1; pair <= pairs; pair++)
        {
            bool onFirst = pair % 2 == 1;
            (double Throughput, double Cpu) first = await Half(onFirst, subject, listener), second = await Half(!onFirst, subject, listener);
            ((double Throughput, double Cpu) on, (double Throughput, double Cpu) off) = onFirst ? (first, second) : (second, first);
            times.Add(1 / on.Throughput, 1 / off.Throughput);
            subject.All.Add(on.Cpu, off.Cpu);
            Say($"{pair}, {(onFirst ? "on" : "off")}: {on.Throughput:F0}, {off.Throughput:F0}, {on.Throughput / off.Throughput:F4}; {on.Cpu:F2}, {off.Cpu:F2}, {on.Cpu / off.Cpu:F4}");
        }
        Judge("CPU a request", subject.All);
        return Judge("time a request (throughput)", times) ? 0 : 1;
    }

    private static async Task<(double Throughput, double Cpu)> Half(bool on, Subject subject, ExporterRun listener)
    {
        if (on) await listener.Record(subject.Pid, "cpu");
        double cpu = subject.Batch();
        if (on) await listener.EndRecordings();
        return (subject.Throughput, cpu);
    }

    private static bool Judge(string what, LogRatios ratios)
    {
        (double low, double high) = ratios.Interval();
        Say($"{what}, {ratios.Count} pairs: recorded against not: median {ratios.Median:F4}, mean {ratios.Mean:F4}, 95 % interval {low:F4} to {high:F4}; bound {Bound:F2}: {(high <= Bound ? "held" : "EXCEEDED")}");
        return high <= Bound;
    }

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
