namespace ProcessArsenal.Telemetry.Analysis.Trends;

/// <summary>Whether a line through the latest points is a leak: whether its slope is out of the noise, what is taken is not given back, and it does not
/// slow. Its figures were found on some made-up series and judged on others: see Leaks in benchmarks/RESULTS.md.</summary>
internal readonly ref struct RiseTest
{
    /// <summary>Rises that last less are not judged, seconds: a sawtooth of seven minutes must have turned once.</summary>
    public const double LeastSeconds = 480;

    /// <summary>Standard errors that a slope must be out of the noise: it is looked at a thousand times in two hours.</summary>
    private const double LeastErrors = 3.6;

    /// <summary>Part of what a line leaves unexplained that a level and a line must explain to be preferred.</summary>
    private const double StepGain = 0.55;

    /// <summary>Part of the points before that may have been as high as the lowest is lately.</summary>
    private const double MostAbove = 0.1;

    /// <summary>Part of the latest slope that the one before may have, at most: else it slows.</summary>
    private const double MostBefore = 0.6;

    /// <summary>Part of the rise that it may have stepped up by before: else it slows, unless it has shown that it does not.</summary>
    private const double MostStep = 0.5;

    /// <summary>Standard errors by which the second half may be slower than the first.</summary>
    private const double MostSlower = 0.5;

    /// <summary>Part of the first half's slope that the second may have whatever the noise: where there is next to none, standard errors are smaller than what is
    /// lost when the history rounds values and takes means.</summary>
    private const double AsFast = 0.97;

    /// <summary>A rise beyond this, relative to where it began, has to show that it does not slow: that its second half is, by so many standard errors, more than
    /// so many times as fast as the first. A smaller one is too short to show it, and would have to wait for half an hour.</summary>
    private const double LargeRise = 0.062, Pace = 0.8, LeastPaceErrors = 2.3;

    /// <summary>The same of one that lasts longer than this, seconds: it would have slowed visibly.</summary>
    private const double LongSeconds = 2400, LeastPaceErrorsOfLong = 0.5;

    /// <summary>Known part of the time, at least.</summary>
    private const double LeastKnown = 0.6;

    /// <summary>Seconds of which the lowest counts, at most.</summary>
    private const double MostLately = 600;

    private readonly ReadOnlySpan<TrendPoint> _points;
    private readonly LineSums _sums;
    private readonly bool _isYoung;

    public RiseTest(ReadOnlySpan<TrendPoint> points, LineSums sums, bool isYoung)
    {
        _points = points;
        _sums = sums;
        _isYoung = isYoung;
    }

    /// <summary>How long ago it began, seconds.</summary>
    public static double Age(in TrendPoint point) => point.Weight / 2 - point.Time;

    /// <summary>The point that a level ends before and a line begins at, if that explains most; 0 if a line does from the first.</summary>
    public int Beginning()
    {
        int best = 0;
        double least = _sums.Of(0, _points.Length).Residual;
        for (int i = 1; i < _points.Length && Age(_points[i]) >= LeastSeconds; i++)
        {
            double residual = _sums.LevelThenLine(0, i, _points.Length);
            if (residual < least) (least, best) = (residual, i);
        }
        return best;
    }

    /// <summary>Judges the line from a point on.</summary>
    /// <param name="before">Where the level before it begins; <paramref name="from"/> if there is none.</param>
    /// <param name="next">A later point to begin at, if there is a step between, or the rise began there; else negative.</param>
    public LeakFinding Judge(int before, int from, out int next)
    {
        int count = _points.Length;
        double time = Age(_points[from]);
        Line line = _sums.Of(from, count);
        next = Later(from, out int late);
        if (next >= 0 || late >= 0) return Late(line, time, from, next >= 0 ? next : late);
        if (line.Weight < LeastKnown * time) return default;
        double start = line.At(-time), rise = line.Slope * time;
        var finding = new LeakFinding { Verdict = TrendVerdict.Steady };
        if (line.Slope <= 0 || rise < LeakDetector.LeastRise * Math.Max(0, start)) return finding;
        double power = NoisePower.Of(_points, _sums, before, from), errors = line.Slope / Math.Sqrt(power / line.Times);
        if (errors < LeastErrors) return finding;
        double begin = from > before ? Math.Max(-time, line.Time + (_sums.Of(before, from).Value - line.Value) / line.Slope) : -time;
        finding = finding with { Since = TimeSpan.FromSeconds(-begin), Before = Math.Max(0, start), Now = line.At(0), Errors = errors, Pace = double.NaN };
        if (RoseFasterBefore(before, from, line.Slope)) return finding with { Verdict = TrendVerdict.Slowing };
        if (begin > -LeastSeconds) return finding with { Verdict = TrendVerdict.TooEarly };
        double low = Low(Math.Min(MostLately, time / 3));
        finding = finding with { Low = low };
        if (IsGivenBack(from, time, low)) return finding with { Verdict = TrendVerdict.GivenBack };
        bool mustShow = _isYoung || rise > LargeRise * start || (from > before && start - _sums.Of(before, from).Value > MostStep * rise);
        return Slows(from, begin, power, mustShow ? time < LongSeconds ? LeastPaceErrors : LeastPaceErrorsOfLong : double.MinValue, finding);
    }

    /// <summary>What explains much more than a line: a level before it.</summary>
    /// <param name="late">The same, where it is too late to be judged; else negative.</param>
    private int Later(int from, out int late)
    {
        int at = -1, count = _points.Length;
        double least = _sums.Of(from, count).Residual * (1 - StepGain);
        for (int i = from + 1; i < count - 1; i++)
        {
            double residual = _sums.LevelThenLine(from, i, count);
            if (residual < least) (least, at) = (residual, i);
        }
        late = at >= 0 && Age(_points[at]) < LeastSeconds ? at : -1;
        return late >= 0 ? -1 : at;
    }

    /// <summary>It began, stepped, or turned at a point.</summary>
    private LeakFinding Late(in Line line, double time, int from, int at)
    {
        Line earlier = _sums.Of(from, at);
        double start = line.At(-time);
        bool slows = at - from >= 3 && line.Slope > 0 && earlier.Slope > _sums.Of(at, _points.Length).Slope
            && earlier.Slope * (time - Age(_points[at])) > LeakDetector.LeastRise * start;
        return slows
            ? new LeakFinding { Verdict = TrendVerdict.Slowing, Since = TimeSpan.FromSeconds(time), Before = Math.Max(0, start), Now = line.At(0), Pace = double.NaN }
            : new LeakFinding { Verdict = TrendVerdict.TooEarly };
    }

    private bool RoseFasterBefore(int before, int from, double slope)
    {
        if (from - before < 3) before = Math.Max(0, from - 6);
        return from - before >= 3 && _sums.Of(before, from).Slope > MostBefore * slope;
    }

    private double Low(double seconds)
    {
        double low = _points[^1].Low;
        for (int i = _points.Length - 1; i >= 0 && -_points[i].Time < seconds; i--) low = Math.Min(low, _points[i].Low);
        return low;
    }

    /// <summary>The lowest lately is below the mean of the first third, or much of what was before the rise was as high.</summary>
    private bool IsGivenBack(int from, double time, double low)
    {
        int third = from;
        while (third < _points.Length - 1 && _points[third].Time < -time * 2 / 3) third++;
        if (third > from && low <= _sums.Of(from, third).Value) return true;
        double above = 0, all = 0;
        foreach (ref readonly TrendPoint point in _points[..from])
        {
            all += point.Weight;
            if (point.Value >= low) above += point.Weight;
        }
        return above > MostAbove * all;
    }

    private LeakFinding Slows(int from, double begin, double power, double leastErrors, in LeakFinding finding)
    {
        int count = _points.Length, half = from + 2;
        while (half < count - 2 && _points[half].Time < begin / 2) half++;
        while (from < half - 2 && _points[from].Time < begin) from++;
        Line first = _sums.Of(from, half), second = _sums.Of(half, count);
        double slower = (first.Slope - second.Slope) / Math.Sqrt(power / first.Times + power / second.Times);
        double errors = (second.Slope - Pace * first.Slope) / Math.Sqrt(power / second.Times + Pace * Pace * power / first.Times);
        bool slows = (slower > MostSlower && second.Slope < AsFast * first.Slope) || errors < leastErrors;
        return finding with
        {
            Verdict = slows ? TrendVerdict.Slowing : TrendVerdict.Leak,
            Pace = second.Slope / first.Slope,
            Confidence = slows ? 0 : Normal(finding.Errors - LeastErrors / 2) * Normal(errors),
        };
    }

    /// <summary>The normal distribution, within 0.0002 (Page 1977).</summary>
    private static double Normal(double x) => 1 / (1 + Math.Exp(-1.5976 * x - 0.07056 * x * x * x));
}
