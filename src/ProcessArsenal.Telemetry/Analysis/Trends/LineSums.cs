namespace ProcessArsenal.Telemetry.Analysis.Trends;

/// <summary>Fits a line to any run of points in constant time, by least squares with their lengths as weights: from sums over all points before
/// each.</summary>
internal readonly ref struct LineSums
{
    private readonly Span<Sums> _before;
    private readonly double _origin;

    /// <param name="room">One more than points.</param>
    /// <param name="points">The oldest first.</param>
    public LineSums(Span<Sums> room, ReadOnlySpan<TrendPoint> points)
    {
        _before = room;
        // Squares of what all values have in common would drown their differences.
        _origin = points[^1].Value;
        Sums sum = default;
        for (int i = 0; i < points.Length; i++)
        {
            room[i] = sum;
            ref readonly TrendPoint point = ref points[i];
            double value = point.Value - _origin, weighted = point.Weight * point.Time;
            sum.Weight += point.Weight;
            sum.Time += weighted;
            sum.TimeSquare += weighted * point.Time;
            sum.Value += point.Weight * value;
            sum.ValueSquare += point.Weight * value * value;
            sum.Product += weighted * value;
        }
        room[points.Length] = sum;
    }

    /// <param name="from">The first point.</param>
    /// <param name="to">The one after the last.</param>
    public Line Of(int from, int to)
    {
        ref readonly Sums a = ref _before[from], b = ref _before[to];
        double weight = b.Weight - a.Weight;
        double time = (b.Time - a.Time) / weight, value = (b.Value - a.Value) / weight;
        double times = b.TimeSquare - a.TimeSquare - weight * time * time;
        double values = Math.Max(0, b.ValueSquare - a.ValueSquare - weight * value * value);
        double both = b.Product - a.Product - weight * time * value;
        double slope = to - from < 2 ? 0 : both / times;
        return new Line(weight, time, value + _origin, slope, times, values, Math.Max(0, values - slope * both));
    }

    /// <summary>What a level up to a point and a line from there leave unexplained.</summary>
    public double LevelThenLine(int from, int at, int to)
    {
        ref readonly Sums a = ref _before[from], b = ref _before[at];
        double value = b.Value - a.Value;
        return Math.Max(0, b.ValueSquare - a.ValueSquare - value * value / (b.Weight - a.Weight)) + Of(at, to).Residual;
    }

    /// <summary>Over some points.</summary>
    public struct Sums
    {
        public double Weight, Time, TimeSquare, Value, ValueSquare, Product;
    }
}

/// <summary>A line through points.</summary>
/// <param name="Weight">How long they are together, seconds.</param>
/// <param name="Time">The middle of their times, seconds.</param>
/// <param name="Value">The mean of their values, where the line is at that time.</param>
/// <param name="Slope">Per second.</param>
/// <param name="Times">The sum of squared distances from <paramref name="Time"/>, weighted: what the slope's error goes by.</param>
/// <param name="Values">The same from <paramref name="Value"/>: what a level would leave unexplained.</param>
/// <param name="Residual">What the line leaves unexplained.</param>
internal readonly record struct Line(double Weight, double Time, double Value, double Slope, double Times, double Values, double Residual)
{
    public double At(double time) => Value + Slope * (time - Time);
}
