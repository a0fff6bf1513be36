using System.Globalization;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>How many spans a .NET process is asked for. What its runtime does not know is replaced by what it does, see each.</summary>
public sealed record SpanSampler
{
    /// <summary>All of them, and none is marked as sampled: whatever the program exports itself, and its callees record, stays as it is. A busy program
    /// pays for it, 5 µs a span.</summary>
    public static readonly SpanSampler All = new();

    public static readonly SpanSampler Default = Rate(100);

    /// <summary>Decimals of a share that a runtime is told.</summary>
    private const int Digits = 6;

    private SpanSampler()
    {
    }

    /// <summary>Traces a second, at least 1; null if it is not by rate.</summary>
    public int? TracesPerSecond { get; private init; }

    /// <summary>Share of the traces, 0 to 1; null if it is not by ratio.</summary>
    public double? Share { get; private init; }

    /// <summary>So many traces a second that begin in a process, with its parts of those that are sampled elsewhere. .NET 9 knows no rate: it is asked for
    /// 5 % of them; .NET 8 for nothing.</summary>
    public static SpanSampler Rate(int tracesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tracesPerSecond, 1);
        return new SpanSampler { TracesPerSecond = tracesPerSecond };
    }

    /// <summary>This share of the traces that begin in a process, with its parts of those that are sampled elsewhere. .NET 8 is asked for nothing.</summary>
    public static SpanSampler Ratio(double share)
    {
        if (share is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "It is from 0 to 1.");
        return new SpanSampler { Share = Math.Round(share, Digits) };
    }

    /// <summary>Reads what <see cref="ToString"/> writes: <c>rate(100)</c>, <c>ratio(0.05)</c>, <c>all</c>.</summary>
    public static SpanSampler? Parse(string text)
    {
        if (text == "all") return All;
        if (Inside(text, "rate(") is { } rate && int.TryParse(rate, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= 1) return Rate(count);
        if (Inside(text, "ratio(") is { } ratio && double.TryParse(ratio, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) && share is >= 0 and <= 1) return Ratio(share);
        return null;
    }

    public override string ToString() =>
        TracesPerSecond is { } count ? string.Create(CultureInfo.InvariantCulture, $"rate({count})")
        : Share is { } share ? string.Create(CultureInfo.InvariantCulture, $"ratio({share:0.######})")
        : "all";

    private static string? Inside(string text, string start) => text.StartsWith(start, StringComparison.Ordinal) && text[^1] == ')' ? text[start.Length..^1] : null;
}
