namespace ProcessArsenal.Overhead;

/// <summary>What it costs a web program that where its CPU time goes is recorded, against being listened to alone: by the published exporter through its runtime (cpu: the stacks of all its
/// threads, a thousand times a second) and by the kernel (native: of what runs, likewise), and by dotnet-trace. Rounds of a batch for each, of the same number of requests by connections that are always
/// busy, each round in an order by chance: requests a second, and CPU time a request. The load, the program and who records share the machine's processors, so what these do is in it too.</summary>
internal sealed class Profiled(Subject subject, ExporterRun listener, string dotnetTrace, IReadOnlyList<string> arms)
{
    private const double Bound = 1.05;
    private const string None = "none", Cpu = "cpu", Native = "native", DotnetTraceArm = "dotnet-trace";

    private static readonly string[] Known = [None, Cpu, DotnetTraceArm, Native];

    private readonly Dictionary<string, (LogRatios Time, LogRatios Cpu)> _ratios = arms.Where(static arm => arm != None).ToDictionary(static arm => arm, static _ => (new LogRatios(), new LogRatios()));

    /// <param name="business">tests/targets/Catalogue.</param>
    public static async Task<int> Run(string exporter, string dotnetTrace, string business)
    {
        int rounds = Settings.Number("ROUNDS", Settings.Number("PAIRS", 20)), requests = Settings.Number("REQUESTS", 30_000), connections = Settings.Number("CONNECTIONS", 16), seed = Settings.Number("SEED", 1);
        string[] arms = Environment.GetEnvironmentVariable("ARMS") is { Length: > 0 } text ? text.Split(',') : Known;
        if (arms.Except(Known).FirstOrDefault() is { } wrong || !arms.Contains(None) || arms.Length < 2)
        {
            Console.Error.WriteLine($"ARMS takes none and others of {string.Join(", ", Known)}, parted by commas.");
            return 2;
        }
        await using Subject subject = await Subject.Start("representative", business, "/customers/18/orders/17?currency=EUR", requests, connections);
        await Strangers.Leave([subject.Pid]);
        await using ExporterRun listener = await ExporterRun.Start(exporter, [subject.Pid]);
        subject.RunWarm(3);
        var run = new Profiled(subject, listener, dotnetTrace, arms);
        var order = new Random(seed);
        Console.WriteLine($"round: requests a second of {string.Join(", ", arms)}; microseconds of CPU a request, likewise");
        for (int round = 1; round <= rounds; round++) await run.Round(round, order);
        bool isHeld = true;
        foreach ((string arm, (LogRatios time, LogRatios cpu)) in run._ratios)
        {
            _ = Judge($"{arm}: CPU a request", cpu);
            isHeld &= Judge($"{arm}: time a request (throughput)", time) || arm != Native; // The others are as their runtimes make them.
        }
        return isHeld ? 0 : 1;
    }

    private async Task Round(int round, Random order)
    {
        var throughput = new Dictionary<string, double>();
        var cpu = new Dictionary<string, double>();
        string[] turns = [.. arms];
        order.Shuffle(turns);
        foreach (string arm in turns)
        {
            cpu[arm] = await Batch(arm);
            throughput[arm] = subject.Throughput;
        }
        foreach ((string arm, (LogRatios time, LogRatios used)) in _ratios)
        {
            time.Add(1 / throughput[arm], 1 / throughput[None]);
            used.Add(cpu[arm], cpu[None]);
        }
        Say($"{round}: {string.Join(", ", arms.Select(arm => FormattableString.Invariant($"{throughput[arm]:F0}")))}; {string.Join(", ", arms.Select(arm => FormattableString.Invariant($"{cpu[arm]:F2}")))}");
    }

    private async Task<double> Batch(string arm)
    {
        switch (arm)
        {
            case Cpu or Native:
                await listener.Record(subject.Pid, arm);
                double ours = subject.Batch();
                await listener.EndRecordings();
                return ours;
            case DotnetTraceArm:
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
