namespace ProcessArsenal.Telemetry.Analysis.Trends;

/// <summary>Finds when what rises began to: a level, then a line, where the two fit best (two-phase regression). Then asks <see cref="RiseTest"/> of the
/// line.</summary>
internal static class LeakTest
{
    /// <summary>Fewer points are nothing to fit to.</summary>
    private const int LeastPoints = 6;

    /// <summary>Steps before the rise that are looked behind.</summary>
    private const int MostSteps = 4;

    /// <summary>Values that lie closer together, relative to the lowest, hold no rise of <see cref="LeakDetector.LeastRise"/>.</summary>
    private const double LeastRange = 0.025;

    /// <summary>How far back the slope of what does not rise reaches, seconds.</summary>
    private const double SlopeReach = 3600;

    /// <param name="points">The oldest first.</param>
    /// <param name="isYoung">A warm-up is to be expected.</param>
    /// <param name="leaksOnly">What is no leak needs no slope.</param>
    public static LeakFinding Judge(ReadOnlySpan<TrendPoint> points, bool isYoung, bool leaksOnly)
    {
        if (points.Length < LeastPoints || RiseTest.Age(points[0]) < RiseTest.LeastSeconds) return default;
        LeakFinding finding = new() { Verdict = TrendVerdict.Steady };
        if (MayRise(points))
        {
            Span<LineSums.Sums> room = stackalloc LineSums.Sums[TrendPieces.Capacity + 1];
            var test = new RiseTest(points, new LineSums(room, points), isYoung);
            finding = Judge(points, test);
        }
        if (finding.Verdict == TrendVerdict.Unknown) return default;
        if (leaksOnly && finding.Verdict != TrendVerdict.Leak) return finding;
        int from = 0;
        double reach = finding.Since?.TotalSeconds ?? SlopeReach;
        while (from < points.Length - LeastPoints && RiseTest.Age(points[from]) > reach + 1) from++;
        return finding with { Slope = Slope(points[from..]) };
    }

    private static LeakFinding Judge(ReadOnlySpan<TrendPoint> points, in RiseTest test)
    {
        int before = 0, from = test.Beginning();
        LeakFinding latest = default;
        for (int i = 0; i < MostSteps; i++)
        {
            latest = test.Judge(before, from, out int next);
            if (next < 0) break;
            (before, from) = (from, next);
        }
        if (latest.Verdict == TrendVerdict.Leak || from == 0) return latest;
        // Under large teeth the best place to begin is that of a tooth.
        LeakFinding whole = test.Judge(0, 0, out _);
        return whole.Verdict == TrendVerdict.Leak ? whole : latest;
    }

    /// <summary>Whether it is worth a closer look, which most are not: what is no lower lately than anything before, and moved at all.</summary>
    private static bool MayRise(ReadOnlySpan<TrendPoint> points)
    {
        double least = double.MaxValue, most = 0, earlier = double.MaxValue, lately = double.MaxValue;
        foreach (ref readonly TrendPoint point in points)
        {
            least = Math.Min(least, point.Value);
            most = Math.Max(most, point.Value);
            if (point.Time < -RiseTest.LeastSeconds * 2 / 3) earlier = Math.Min(earlier, point.Value);
            else if (point.Time > -RiseTest.LeastSeconds / 3) lately = Math.Min(lately, point.Low);
        }
        return most - least > LeastRange * least && lately > earlier;
    }

    /// <summary>The middle of the slopes between points that are half of all apart, which a quarter of them out of line do not change.</summary>
    private static double Slope(ReadOnlySpan<TrendPoint> points)
    {
        Span<double> slopes = stackalloc double[TrendPieces.Capacity / 2];
        int count = points.Length / 2, apart = points.Length - count;
        for (int i = 0; i < count; i++)
            slopes[i] = (points[i + apart].Value - points[i].Value) / (points[i + apart].Time - points[i].Time);
        slopes = slopes[..count];
        slopes.Sort();
        return count % 2 == 1 ? slopes[count / 2] : (slopes[count / 2 - 1] + slopes[count / 2]) / 2;
    }
}
