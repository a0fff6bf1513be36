using System.Globalization;
using ProcessArsenal.Telemetry.Analysis.Trends;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;
using ProcessArsenal.Telemetry.Tests.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Tests.Analysis.Trends;

/// <summary>What the detector says of series of one kind over two hours, asked as it would be of living processes: again and again, of a history with its
/// default sizes.</summary>
internal sealed class LeakTally
{
    public const int Ticks = 1440;

    private readonly List<double> _delays = [];

    private LeakTally(SeriesKind kind, int series) => (Kind, Series) = (kind, series);

    public SeriesKind Kind { get; }

    public int Series { get; }

    /// <summary>Series that were called a leak when there was none: at any time, or before it began.</summary>
    public int False { get; private set; }

    /// <summary>Leaks that were called so.</summary>
    public int Found => _delays.Count;

    /// <summary>From the beginning of a leak until it is called so, minutes; of those never found, infinity.</summary>
    public double MedianDelay => Median();

    /// <param name="seed">Of the first series; the next ones follow.</param>
    /// <param name="every">Ticks from one look to the next.</param>
    /// <param name="confidence">At least this much makes an alarm.</param>
    /// <param name="isNew">The process is as old as the series; else old.</param>
    public static LeakTally Of(SeriesKind kind, int seed, int series, int every, double confidence = 0, bool isNew = false)
    {
        var tally = new LeakTally(kind, series);
        var bench = new HistoryBench(interval: SyntheticSeries.Seconds);
        SyntheticSeries[] all = [.. Enumerable.Range(0, series).Select(i => new SyntheticSeries(kind, seed + i))];
        bool[] isDone = new bool[series];
        for (int tick = 0; tick < Ticks; tick++)
        {
            double now = tick * SyntheticSeries.Seconds;
            bench.BeginTick();
            for (int i = 0; i < series; i++)
            {
                if (isDone[i]) continue;
                ProcessRow row = bench.Add(i + 1, 0, all[i].Next(), isNew ? now : 100_000);
                if (tick % every != every - 1) continue;
                LeakFinding finding = LeakDetector.Judge(row, HistorySignal.Memory);
                if (finding.Verdict != TrendVerdict.Leak || finding.Confidence < confidence) continue;
                isDone[i] = true;
                if (all[i].Onset is { } onset && now >= onset) tally._delays.Add((now - onset) / 60);
                else tally.False++;
            }
            bench.History.EndTick();
        }
        tally._delays.Sort();
        return tally;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Kind,-18} {Series,5} series {Found,5} found {False,5} false {(Found > 0 ? $"after {_delays[Found / 10]:F1} / {Median():F1} / {_delays[Found * 9 / 10]:F1} min (10, 50, 90 %)" : "")}");

    private double Median()
    {
        int at = (Series - False) / 2;
        return at < Found ? _delays[at] : double.PositiveInfinity;
    }
}
