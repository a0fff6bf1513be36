using System.Globalization;

namespace ProcessArsenal.Telemetry.Tests.Analysis.Trends;

/// <summary>How often the detector is right. In full, and with what it was not made for: `make bench-leaks` (LEAK_SERIES=500 LEAK_EVERY=1).</summary>
public sealed class LeakJudgingTests(ITestOutputHelper output)
{
    /// <summary>The figures of the detector were found with the first; the second were not looked at until they stood.</summary>
    public const int TuningSeed = 1_000_000, JudgingSeed = 29_000_000;

    private const int Few = 100;

    private const int KindSeeds = 100_000;

    private static readonly int Series = Setting("LEAK_SERIES", Few), Every = Setting("LEAK_EVERY", 6);

    private static readonly SeriesKind[] Judged =
        [SeriesKind.Leak, SeriesKind.Sawtooth, SeriesKind.Step, SeriesKind.WarmUp, SeriesKind.Noise, SeriesKind.LeakUnderSawtooth];

    [Theory]
    [InlineData(TuningSeed)]
    [InlineData(JudgingSeed)]
    public void At_least_97_of_100_alarms_are_leaks_and_97_of_100_leaks_are_found(int seed)
    {
        LeakTally[] tallies = [.. Judged.Select(kind => Of(kind, seed))];
        (double precision, double recall) = Figures(tallies);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: precision {precision:F4}, recall {recall:F4}"));
        Assert.InRange(precision, 0.97, 1);
        Assert.InRange(recall, 0.97, 1);
    }

    [Theory]
    [InlineData(TuningSeed)]
    [InlineData(JudgingSeed)]
    public void A_leak_of_1_MB_a_minute_is_found_within_10_minutes_in_the_median(int seed)
    {
        // In full always: a median of few wanders by more than the minute that is at stake, and most are done after the first minutes.
        foreach (SeriesKind kind in new[] { SeriesKind.LeakOfOne, SeriesKind.LeakOfOneAtOnce })
        {
            var tally = LeakTally.Of(kind, seed + (int)kind * KindSeeds, series: 500, every: 1);
            output.WriteLine($"{seed}: {tally}");
            Assert.InRange(tally.MedianDelay, 0, 10);
        }
    }

    /// <summary>Who would rather wait than be woken for a warm-up asks for confidence.</summary>
    [Fact]
    public void Confidence_tells_leaks_from_what_may_be_none()
    {
        LeakTally[] tallies = [.. Judged.Select(kind => Of(kind, JudgingSeed, confidence: 0.9))];
        (double precision, double recall) = Figures(tallies);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"confidence 0.9: precision {precision:F4}, recall {recall:F4}"));
        Assert.InRange(precision, 0.98, 1);
        Assert.InRange(recall, 0.97, 1);
    }

    /// <summary>Not asked for, and told in benchmarks/RESULTS.md: what it can and can't do beyond.</summary>
    [Fact]
    public void What_lies_beyond()
    {
        LeakTally spikes = Of(SeriesKind.Spikes, JudgingSeed), teeth = Of(SeriesKind.GrowingTeeth, JudgingSeed), leak = Of(SeriesKind.StepThenLeak, JudgingSeed);
        Assert.InRange(spikes.False + teeth.False, 0, Series / 100);
        Assert.InRange(leak.Found, 0.9 * leak.Series, leak.Series);
        Assert.InRange(Of(SeriesKind.SmallWarmUp, JudgingSeed, isNew: true).False, 0, Of(SeriesKind.SmallWarmUp, JudgingSeed).False);
        if (Series <= Few) return;
        Of(SeriesKind.LeakOfOne, JudgingSeed, confidence: 0.9);
        Of(SeriesKind.SmallWarmUp, JudgingSeed, confidence: 0.9);
        foreach (SeriesKind kind in new[] { SeriesKind.Stairs, SeriesKind.SlowSawtooth, SeriesKind.RandomWalk }) Of(kind, JudgingSeed);
    }

    private LeakTally Of(SeriesKind kind, int seed, double confidence = 0, bool isNew = false)
    {
        var tally = LeakTally.Of(kind, seed + (int)kind * KindSeeds, Series, Every, confidence, isNew);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seed}{(confidence > 0 ? $" confidence {confidence}" : "")}{(isNew ? " new" : "")}: {tally}"));
        return tally;
    }

    private static (double Precision, double Recall) Figures(LeakTally[] tallies)
    {
        double found = tallies.Sum(tally => tally.Found), wrong = tallies.Sum(tally => tally.False);
        double leaks = tallies.Where(tally => tally.Kind is SeriesKind.Leak or SeriesKind.LeakUnderSawtooth).Sum(tally => tally.Series);
        return (found / (found + wrong), found / leaks);
    }

    private static int Setting(string name, int usual) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
