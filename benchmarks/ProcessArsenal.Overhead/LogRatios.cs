namespace ProcessArsenal.Overhead;

/// <summary>Ratios of pairs. They are averaged as logarithms: twice as much and half as much are as far from the same.</summary>
internal sealed class LogRatios
{
    private readonly List<double> _on = [], _off = [];

    public int Count => _on.Count;

    public double Median => Middle(_on.Zip(_off, (on, off) => on / off));

    public double MedianOn => Middle(_on);

    public double MedianOff => Middle(_off);

    /// <summary>The geometric mean.</summary>
    public double Mean => Math.Exp(Logs.Average());

    private double[] Logs => [.. _on.Zip(_off, (on, off) => Math.Log(on / off))];

    public void Add(double on, double off)
    {
        _on.Add(on);
        _off.Add(off);
    }

    /// <summary>The 95 % confidence interval of <see cref="Mean"/>, by Student's distribution.</summary>
    public (double Low, double High) Interval()
    {
        (double mean, double half) = Spread(Logs);
        return (Math.Exp(mean - half), Math.Exp(mean + half));
    }

    /// <summary>How much more the mean is than that without, in their unit, with its 95 % confidence interval.</summary>
    public (double Mean, double Low, double High) Difference()
    {
        (double mean, double half) = Spread([.. _on.Zip(_off, (on, off) => on - off)]);
        return (mean, mean - half, mean + half);
    }

    /// <summary>The mean, and half of its interval.</summary>
    private static (double Mean, double Half) Spread(double[] values)
    {
        double mean = values.Average();
        double deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
        return (mean, Student975(values.Length - 1) * deviation / Math.Sqrt(values.Length));
    }

    /// <summary>The 97.5 % quantile by the expansion of Cornish and Fisher (Abramowitz and Stegun 26.7.5): 2.0930 for 19, off by less than 0.001
    /// from 8 on.</summary>
    private static double Student975(int degrees)
    {
        const double Z = 1.959963984540054;
        double z3 = Math.Pow(Z, 3), z5 = Math.Pow(Z, 5), z7 = Math.Pow(Z, 7), n = degrees;
        return Z + (z3 + Z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * Z) / (96 * n * n) + (3 * z7 + 19 * z5 + 17 * z3 - 15 * Z) / (384 * n * n * n);
    }

    private static double Middle(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        int half = ordered.Length / 2;
        return ordered.Length % 2 == 1 ? ordered[half] : (ordered[half - 1] + ordered[half]) / 2;
    }
}
