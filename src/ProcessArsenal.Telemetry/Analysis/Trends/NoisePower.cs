namespace ProcessArsenal.Telemetry.Analysis.Trends;

/// <summary>How much a value moves around a line: what the mean over a second varies by if the noise has no memory. The variance of a slope is this over
/// the sum of squared distances in time, however finely the series is cut.</summary>
internal static class NoisePower
{
    /// <summary>By how much less than in truth short pieces seem to vary, whose neighbours are alike, if the noise forgets in some 50 s; the same of long
    /// ones.</summary>
    private const double OfFine = 2.5, OfCoarse = 1.3;

    /// <summary>What is alike in neighbours beyond that counts as measured up to here; what alternates, as a sawtooth does, counts less, down to
    /// here.</summary>
    private const double MostAlike = 0.85, LeastOpposed = 0.7;

    /// <summary>A history stores values within 0.04 %.</summary>
    private const double Coding = 0.0005;

    /// <summary>By what is left of points around a level up to <paramref name="from"/>, and around a line from there.</summary>
    public static double Of(ReadOnlySpan<TrendPoint> points, in LineSums sums, int before, int from)
    {
        int count = points.Length;
        Line line = sums.Of(from, count);
        double level = from > before ? sums.Of(before, from).Value : 0, supposed = 0, seen = 0, alike = 0, last = 0;
        for (int i = before; i < count; i++)
        {
            ref readonly TrendPoint point = ref points[i];
            double rest = Math.Sqrt(point.Weight) * (point.Value - (i < from ? level : line.At(point.Time)));
            supposed += rest * rest * (point.Weight > TrendPieces.FineSeconds ? OfCoarse : OfFine);
            seen += rest * rest;
            if (i != from) alike += rest * last;
            last = rest;
        }
        double floor = Coding * points[^1].Value;
        floor *= floor * TrendPieces.FineSeconds;
        if (seen <= 0) return Math.Max(floor, double.Epsilon);
        int free = count - before - (from > before ? 3 : 2);
        double correlation = Math.Clamp(alike / seen, -0.5, MostAlike);
        double measured = seen / free * (1 + correlation) / (1 - correlation);
        double usual = supposed / free * (correlation < 0 ? Math.Max(LeastOpposed, 1 + 2 * correlation) : 1);
        return Math.Max(floor, Math.Max(measured, usual));
    }
}
