namespace ProcessArsenal.Overhead;

/// <summary>What it costs a web program that the published exporter records where its CPU time goes (preset cpu: the stacks of all its threads, a thousand times a second),
/// against being listened to alone; and that dotnet-trace does so. Rounds of three batches of the same number of requests by connections that are always busy, in an order that goes round:
/// requests a second, and CPU time a request. The load, the program and who records share the machine's processors, so what these do is in it too.</summary>
internal sealed class Profiled(Subject subject, ExporterRun listener, string dotnetTrace)
{
    private const double Bound = 1.05;

    private static readonly Recorder[] Recorders = [Recorder.None, Recorder.Ours, Recorder.DotnetTrace];

    private readonly LogRatios _time = new(), _cpu = new(), _theirTime = new(), _theirCpu = new();

    private enum Recorder
    {
        None,
        Ours,
        DotnetTrace,
    }

    /// <param name="business">tests/targets/Catalogue.</param>
    public static async Task<int> Run(string exporter, string dotnetTrace, string business)
    {
        int pairs = Settings.Number("PAIRS", 20), requests = Settings.Number("REQUESTS", 30_000), connections = Settings.Number("CONNECTIONS", 16);
        await using Subject subject = await Subject.Start("representative", business, "/customers/18/orders/17?currency=EUR", requests, connections);
        await Strangers.Leave([subject.Pid]);
        await using ExporterRun listener = await ExporterRun.Start(exporter, [subject.Pid]);
        subject.RunWarm(3);
        var run = new Profiled(subject, listener, dotnetTrace);
        Console.WriteLine("round: requests a second not recorded, by us, by dotnet-trace; microseconds of CPU a request, likewise");
        for (int round = 1; round <= pairs; round++) await run.Round(round);
        Judge("dotnet-trace: CPU a request", run._theirCpu);
        Judge("dotnet-trace: time a request (throughput)", run._theirTime);
        Judge("we: CPU a request", run._cpu);
        return Judge("we: time a request (throughput)", run._time) ? 0 : 1;
    }

    private async Task Round(int round)
    {
        var throughput = new double[Recorders.Length];
        var cpu = new double[Recorders.Length];
        for (int turn = 0; turn < Recorders.Length; turn++)
        {
            int which = (turn + round) % Recorders.Length;
            cpu[which] = await Batch(Recorders[which]);
            throughput[which] = subject.Throughput;
        }
        _time.Add(1 / throughput[1], 1 / throughput[0]);
        _cpu.Add(cpu[1], cpu[0]);
        _theirTime.Add(1 / throughput[2], 1 / throughput[0]);
        _theirCpu.Add(cpu[2], cpu[0]);
        Say($"{round}: {throughput[0]:F0}, {throughput[1]:F0}, {throughput[2]:F0}; {cpu[0]:F2}, {cpu[1]:F2}, {cpu[2]:F2}");
    }

    private async Task<double> Batch(Recorder recorder)
    {
        switch (recorder)
        {
            case Recorder.Ours:
                await listener.Record(subject.Pid, "cpu");
                double ours = subject.Batch();
                await listener.EndRecordings();
                return ours;
            case Recorder.DotnetTrace:
                await using (await DotnetTrace.Record(dotnetTrace, subject.Pid)) return subject.Batch();
            default:
                return subject.Batch();
        }
    }

    private static bool Judge(string what, LogRatios ratios)
    {
        (double low, double high) = ratios.Interval();
        Say($"{what}, {ratios.Count} rounds: recorded against not: median {ratios.Median:F4}, mean {ratios.Mean:F4}, 95 % interval {low:F4} to {high:F4}; bound {Bound:F2}: {(high <= Bound ? "held" : "EXCEEDED")}");
        return high <= Bound;
    }

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
