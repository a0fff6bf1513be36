using CsCheck;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis.Trends;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;
using ProcessArsenal.Telemetry.Tests.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Tests.Analysis.Trends;

public sealed class LeakDetectorTests(ITestOutputHelper output)
{
    private const double MiB = 1 << 20;

    private static double[] Times(double minutes, double interval = 5) => [.. Enumerable.Range(0, (int)(minutes * 60 / interval) + 1).Select(i => i * interval)];

    private static LeakFinding Judge(double minutes, Func<double, double> mebibytes, double? limit = null, TimeSpan? uptime = null, double interval = 5)
    {
        double[] times = Times(minutes, interval);
        return LeakDetector.Judge(times, [.. times.Select(t => mebibytes(t) * MiB)], limit, uptime);
    }

    [Fact]
    public void A_leak_is_told_with_its_slope_its_beginning_and_the_time_that_is_left()
    {
        LeakFinding finding = Judge(60, t => 200 + Math.Max(0, t - 1800) / 60, 512 * MiB);
        Assert.Equal(TrendVerdict.Leak, finding.Verdict);
        Assert.Equal(MiB / 60, finding.Slope!.Value, MiB / 600);
        Assert.Equal(30, finding.Since!.Value.TotalMinutes, 4.0);
        Assert.Equal((512 - 230) * 60, finding.ToLimit!.Value.TotalSeconds, 1500.0);
        Assert.InRange(finding.Confidence, 0.9, 1);
        Assert.StartsWith("rises by ", finding.Reason, StringComparison.Ordinal);
        Assert.Contains("from 200 MiB to 230 MiB", finding.Reason, StringComparison.Ordinal);
        Assert.Contains("it reaches 512 MiB in ", finding.Reason, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, Judge(60, t => 200 + t / 60, 100 * MiB).ToLimit);
    }

    [Fact]
    public void What_is_no_leak_says_why()
    {
        Assert.Equal(TrendVerdict.Unknown, Judge(7, t => 200 + t).Verdict);
        Assert.Equal(TrendVerdict.Steady, Judge(60, _ => 200).Verdict);
        Assert.Equal(TrendVerdict.Steady, Judge(60, t => 300 - t / 60).Verdict);
        Assert.NotEqual(TrendVerdict.Leak, Judge(30, t => 200 + 100 * (1 - Math.Exp(-t / 600))).Verdict);
        Assert.Equal(TrendVerdict.TooEarly, Judge(30, t => 200 + Math.Max(0, t - 1500)).Verdict);
        Assert.NotEqual(TrendVerdict.Leak, Judge(30, t => t < 1500 ? 200 : 280).Verdict);
        Assert.NotEqual(TrendVerdict.Leak, Judge(30, t => 200 + t % 420 / 7).Verdict);
        Assert.True(Judge(60, t => 300 - t / 60).Slope < 0);
        foreach (TrendVerdict verdict in Enum.GetValues<TrendVerdict>()) Assert.NotEmpty(new LeakFinding { Verdict = verdict }.Reason);
    }

    /// <summary>A young process is expected to warm up.</summary>
    [Fact]
    public void A_small_rise_of_a_young_process_has_to_show_that_it_goes_on()
    {
        int Leaks(double minutes, TimeSpan? uptime) => Enumerable.Range(0, 100).Count(seed =>
        {
            var series = new SyntheticSeries(SeriesKind.LeakOfOneAtOnce, seed);
            double[] times = Times(minutes);
            return LeakDetector.Judge(times, [.. times.Select(_ => series.Next())], uptime: uptime).Verdict == TrendVerdict.Leak;
        });
        int old = Leaks(11, TimeSpan.FromHours(5));
        Assert.Equal(old, Leaks(11, null));
        Assert.InRange(old, 30, 90);
        Assert.InRange(Leaks(11, TimeSpan.FromMinutes(11)), 0, old / 3);
        Assert.InRange(Leaks(100, TimeSpan.FromMinutes(100)), 60, 100); // In one look; another has others.
    }

    [Fact]
    public void Coarse_points_and_gaps_do_not_hide_a_leak()
    {
        Assert.Equal(TrendVerdict.Leak, Judge(300, t => 200 + t / 300, interval: 200).Verdict);
        Assert.Equal(TrendVerdict.Leak, Judge(60, t => (int)t % 7 == 0 || t is > 1000 and < 1600 ? double.NaN : 200 + t / 60).Verdict);
        Assert.Equal(TrendVerdict.Unknown, Judge(60, t => t is > 300 and < 3400 ? double.NaN : 200 + t / 60).Verdict);
    }

    [Fact]
    public void Hostile_series_are_judged_without_harm() => Gen.Select(
        Gen.OneOf(Gen.Double, Gen.Double[0, 1e12], Gen.Const(0.0), Gen.Const(double.NaN), Gen.Const(1e300)).Array[0, 400],
        Gen.OneOf(Gen.Double[0, 300], Gen.Double, Gen.Const(0.0)).Array[0, 400], Gen.Bool).Sample((values, steps, isSorted) =>
    {
        int count = Math.Min(values.Length, steps.Length);
        double[] times = new double[count];
        for (int i = 1; i < count; i++) times[i] = isSorted ? times[i - 1] + Math.Abs(steps[i]) : steps[i];
        LeakFinding finding = LeakDetector.Judge(times, values.AsSpan(0, count), 1e9);
        Assert.InRange(finding.Confidence, 0, 1);
        Assert.NotNull(finding.Reason);
        Assert.True(finding.ToLimit is null || finding.ToLimit >= TimeSpan.Zero);
    });

    /// <summary>By a power of two, so that nothing is rounded otherwise.</summary>
    [Fact]
    public void Neither_the_unit_nor_the_beginning_of_time_matters() => Gen.Select(Gen.Enum<SeriesKind>(), Gen.Int[0, 10_000], Gen.Int[-10, 20], Gen.Int[1, 1440])
        .Sample((kind, seed, power, ticks) =>
        {
            var series = new SyntheticSeries(kind, seed);
            double[] times = Times(ticks / 12.0), values = [.. times.Select(_ => series.Next())];
            LeakFinding one = LeakDetector.Judge(times, values);
            LeakFinding other = LeakDetector.Judge([.. times.Select(t => t + (1 << 20))], [.. values.Select(v => Math.ScaleB(v, power))]);
            Assert.Equal(one.Verdict, other.Verdict);
            Assert.Equal(one.Slope, other.Slope is { } slope ? Math.ScaleB(slope, -power) : null);
            Assert.Equal(one.Errors, other.Errors);
        }, iter: 300);

    [Fact]
    public void A_history_says_what_the_series_itself_does()
    {
        foreach (SeriesKind kind in new[] { SeriesKind.Leak, SeriesKind.Noise, SeriesKind.Step, SeriesKind.LeakUnderSawtooth })
        {
            var bench = new HistoryBench();
            var series = new SyntheticSeries(kind, 1);
            double[] times = Times(120), values = new double[times.Length];
            ProcessRow row = default;
            for (int i = 0; i < times.Length; i++) row = bench.Tick(0, values[i] = series.Next());
            LeakFinding whole = LeakDetector.Judge(times, values), remembered = LeakDetector.Judge(row, HistorySignal.Memory);
            Assert.Equal(whole.Verdict, remembered.Verdict);
            Assert.Equal(whole.Slope!.Value, remembered.Slope!.Value, Math.Max(500, whole.Slope.Value * 0.1));
        }
        Assert.Equal(TrendVerdict.Unknown, LeakDetector.Judge(default, HistorySignal.Memory).Verdict);
    }

    /// <summary>CPU time and allocations of judging 2,000 processes with six hours of history; a moment's other work on the machine is left out.</summary>
    [Fact]
    public void Two_thousand_processes_are_judged_in_milliseconds_without_allocating()
    {
        (double noisy, long allocated) = Cost(SeriesKind.Noise);
        (double leaking, long allocatedToo) = Cost(SeriesKind.Leak);
        (double idle, _) = Cost(null);
        output.WriteLine(FormattableString.Invariant($"2,000 processes: idle {idle * 2:F2} ms, noisy {noisy * 2:F1} ms, leaking {leaking * 2:F1} ms"));
        Assert.Equal(0, allocated + allocatedToo);
        Assert.True(idle < 1 && noisy < 60 && leaking < 120, $"{idle}, {noisy}, {leaking} us");
    }

    /// <summary>Of one process, microseconds.</summary>
    private static (double Microseconds, long Allocated) Cost(SeriesKind? kind)
    {
        const int processes = 100;
        var bench = new HistoryBench();
        SyntheticSeries[] series = [.. Enumerable.Range(0, processes).Select(i => new SyntheticSeries(kind ?? SeriesKind.Noise, i))];
        var rows = new ProcessRow[processes];
        for (int tick = 0; tick < 4500; tick++)
        {
            bench.BeginTick();
            for (int i = 0; i < processes; i++) rows[i] = bench.Add(i + 1, 0, kind is null ? 4096 * 1000 : series[i].Next());
            bench.History.EndTick();
        }
        double best = double.MaxValue;
        long allocated = 0;
        for (int round = 0; round < 300; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ulong began = KernelClock.ThreadCpuNanoseconds();
            foreach (ref ProcessRow row in rows.AsSpan()) LeakDetector.Judge(row, HistorySignal.Memory);
            best = Math.Min(best, (KernelClock.ThreadCpuNanoseconds() - began) / 1000.0 / processes);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        return (best, allocated);
    }
}
