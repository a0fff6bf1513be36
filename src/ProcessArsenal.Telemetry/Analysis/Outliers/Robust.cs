namespace ProcessArsenal.Telemetry.Analysis.Outliers;

/// <summary>The middle of values and how far they usually are from it: what half of them out of line do not move.</summary>
/// <param name="Median">The middle one.</param>
/// <param name="Mad">The middle one of the distances from it (median absolute deviation); of normal values 0.67 standard deviations.</param>
/// <param name="Count">How many values there were.</param>
public readonly record struct Robust(double Median, double Mad, int Count)
{
    /// <param name="values">What is not finite is left out.</param>
    /// <param name="room">Of as many; overwritten.</param>
    public static Robust Of(ReadOnlySpan<double> values, Span<double> room)
    {
        int count = 0;
        foreach (double value in values)
            if (double.IsFinite(value)) room[count++] = value;
        if (count == 0) return default;
        Span<double> known = room[..count];
        double median = Middle(known);
        foreach (ref double value in known) value = Math.Abs(value - median);
        return new Robust(median, Middle(known), count);
    }

    /// <summary>How many MADs a value is above the median; below zero if it is below.</summary>
    /// <param name="floor">The MAD is taken for no less: among equals it is next to nothing.</param>
    public double Deviations(double value, double floor)
    {
        double distance = value - Median, mad = Math.Max(Mad, floor);
        return distance == 0 ? 0 : mad > 0 ? distance / mad : double.CopySign(double.PositiveInfinity, distance);
    }

    private static double Middle(Span<double> values)
    {
        values.Sort();
        int half = values.Length / 2;
        // Halved before they are added, which can't overflow.
        return values.Length % 2 == 1 ? values[half] : values[half - 1] / 2 + values[half] / 2;
    }
}
