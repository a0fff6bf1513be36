using System.Diagnostics;
using System.Globalization;

namespace ProcessArsenal.Overhead;

/// <summary>What a target costs the exporter: its memory and its CPU time with some programs attached, against those of one that listens to nobody, beside
/// the same programs and after as many ticks; in turns. And how long it takes until a new program has its first values on a page. `make bench-targets`.
/// </summary>
internal static class TargetCosts
{
    private const double MostMegabytes = 1, MostSeconds = 3;

    /// <summary>Sampled each second; only those are listened to, and not what else runs on the machine.</summary>
    private const string Sampling = "sampling: { interval: 1s }\n", Nobody = Sampling + "dotnet: { attach: none }\n";

    /// <param name="shop">tests/targets/Shop, as a program.</param>
    /// <returns>0 if all bounds are held.</returns>
    public static async Task<int> Run(string program, string shop)
    {
        int count = Settings.Number("TARGETS", 20), rounds = Settings.Number("ROUNDS", 5), ticks = Settings.Number("TICKS", 30), starts = Settings.Number("STARTS", 10);
        shop = Path.GetFullPath(shop);
        List<Process> shops = [];
        try
        {
            for (int i = 0; i < count; i++) shops.Add(await Started(shop));
            bool isSmall = await Compare(program, shop, shops, rounds, ticks);
            bool isSoon = await First(program, shop, starts);
            return isSmall && isSoon ? 0 : 1;
        }
        finally
        {
            foreach (Process process in shops) await End(process);
        }
    }

    private static async Task<bool> Compare(string program, string shop, List<Process> shops, int rounds, int ticks)
    {
        string attached = Sampling + $"dotnet: {{ attach: 'exe = \"{shop}\"', meters: [Shop.Orders] }}\n";
        List<double> more = [], on = [], off = [], cpuOn = [], cpuOff = [];
        Console.WriteLine("round, first, MB attached and not, CPU ms a second attached and not");
        for (int round = 1; round <= rounds; round++)
        {
            bool onFirst = round % 2 == 1;
            (double Megabytes, double Cpu) first = await Measure(onFirst), second = await Measure(!onFirst), with = onFirst ? first : second, without = onFirst ? second : first;
            on.Add(with.Megabytes);
            off.Add(without.Megabytes);
            cpuOn.Add(with.Cpu);
            cpuOff.Add(without.Cpu);
            more.Add((with.Megabytes - without.Megabytes) / shops.Count);
            Say($"{round}, {(onFirst ? "attached" : "not")}, {with.Megabytes:F1}, {without.Megabytes:F1}, {with.Cpu:F1}, {without.Cpu:F1}");
        }
        bool isHeld = Median(more) <= MostMegabytes;
        Say($"- {shops.Count} programs, {rounds} rounds of {ticks} ticks of 1 s: resident {Median(on):F1} MB attached, {Median(off):F1} MB not; CPU {Median(cpuOn):F1} and {Median(cpuOff):F1} ms a second (medians)");
        Say($"- {Median(more) * 1024:F0} KB for each (median; {more.Min() * 1024:F0} to {more.Max() * 1024:F0}), bound {MostMegabytes} MB: {Verdict(isHeld)}");
        return isHeld;

        async Task<(double Megabytes, double Cpu)> Measure(bool isAttached)
        {
            await using ExporterRun run = await ExporterRun.Start(program, isAttached ? attached : Nobody);
            if (isAttached) await run.HasHeard([.. shops.Select(s => s.Id)]);
            else await run.HasTicked(1);
            foreach (Process process in shops)
                for (int i = 0; i < 10; i++) await Ask(process, string.Create(CultureInfo.InvariantCulture, $"order 100 city-{i}"));
            await run.HasTicked(ticks / 3);
            var clock = new CpuClock(run.Pid);
            (long used, long began) = (clock.Nanoseconds(), TimeProvider.System.GetTimestamp());
            await run.HasTicked(ticks);
            return (Resident(run.Pid), (clock.Nanoseconds() - used) / 1e6 / TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        }
    }

    /// <summary>With its defaults.</summary>
    private static async Task<bool> First(string program, string shop, int starts)
    {
        await using ExporterRun run = await ExporterRun.Start(program, "");
        await run.HasTicked(2);
        List<double> seconds = [];
        for (int i = 0; i < starts; i++)
        {
            long began = TimeProvider.System.GetTimestamp();
            using Process process = Launch(shop);
            await run.HasHeard([process.Id]);
            seconds.Add(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
            await End(process);
        }
        bool isHeld = seconds.Max() <= MostSeconds;
        Say($"- from the start of a program to its first values on a page: {Median(seconds):F2} s in the median of {starts}, {seconds.Max():F2} at most, bound {MostSeconds} s: {Verdict(isHeld)}");
        return isHeld;
    }

    private static Process Launch(string shop) => Process.Start(new ProcessStartInfo(shop) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    private static async Task<Process> Started(string shop)
    {
        Process process = Launch(shop);
        return await process.StandardOutput.ReadLineAsync() == "ready" ? process : throw new InvalidOperationException($"{shop} did not start.");
    }

    private static async Task Ask(Process process, string order)
    {
        await process.StandardInput.WriteLineAsync(order);
        if (await process.StandardOutput.ReadLineAsync() != "done") throw new InvalidOperationException($"It did not {order}.");
    }

    private static async Task End(Process process)
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>In MB. Exact, other than that of statm.</summary>
    private static double Resident(int pid) => File.ReadLines($"/proc/{pid}/smaps_rollup")
        .Where(line => line.StartsWith("Rss:", StringComparison.Ordinal)).Sum(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)) / 1024;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Verdict(bool isHeld) => isHeld ? "held" : "EXCEEDED";

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
