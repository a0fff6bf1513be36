namespace ProcessArsenal.Telemetry.Snapshots.Histories;

/// <summary>A value in 16 bits, by its logarithm: 0 is missing, 1 is exactly zero, and the rest covers 1e-6 to 1e15 in equal ratios, so that what is
/// read back is off by less than 0.04 %. Codes are in the order of their values.</summary>
internal static class LogCode
{
    public const ushort Missing = 0, Zero = 1;

    private const int First = 2, LowBits = 8;

    /// <summary>1e-6 and 1e15, as powers of two.</summary>
    private const double Least = -19.931568569324174, Most = 49.828921423310435;

    private const double Step = (Most - Least) / (ushort.MaxValue - First);

    // A value is a power of two of its code, so the product of those of the code's two halves.
    private static readonly double[] Low = [.. Enumerable.Range(0, 1 << LowBits).Select(static low => Math.Pow(2, low * Step))];
    private static readonly double[] High = [.. Enumerable.Range(0, 1 << LowBits).Select(static high => Math.Pow(2, Least + ((high << LowBits) - First) * Step))];

    /// <summary>What is below 1e-6 is told as zero from half of that down; what is above 1e15 as 1e15. Nothing here is negative.</summary>
    public static ushort Of(double? value)
    {
        if (value is not { } number || !double.IsFinite(number)) return Missing;
        if (number < 0.5e-6) return Zero;
        double code = First + Math.Round((Math.Log2(number) - Least) / Step);
        return (ushort)Math.Clamp(code, First, ushort.MaxValue);
    }

    /// <summary>Null if it is missing.</summary>
    public static double? Value(ushort code) => code switch
    {
        Missing => null,
        Zero => 0,
        _ => Number(code),
    };

    /// <summary>The same of one that is not missing.</summary>
    public static double Number(ushort code) => code == Zero ? 0 : High[code >> LowBits] * Low[code & ((1 << LowBits) - 1)];
}
