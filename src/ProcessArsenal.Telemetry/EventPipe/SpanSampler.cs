using System.Globalization;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>How many spans a .NET process is asked for. What its runtime does not know is replaced by what it does, see each.</summary>
public sealed record SpanSampler
{
    /// <summary>All of them, and none is marked as sampled: what an SDK in the program exports stays as it is. But .NET 10, without one that samples as
    /// its callers did, tells its callees that nobody did: it has no filter that keeps what callers said. A busy program pays for it, 5 µs a span.</summary>
    public static readonly SpanSampler All = new();

    /// <summary>A hundred traces a second, of programs without an OpenTelemetry SDK of their own.</summary>
    public static readonly SpanSampler Auto = Rate(100) with { SparesSdk = true };

    /// <summary>Decimals of a share that a runtime is told.</summary>
    private const int Digits = 6;

    private SpanSampler()
    {
    }

    /// <summary>Traces a second, at least 1; null if it is not by rate.</summary>
    public int? TracesPerSecond { get; private init; }

    /// <summary>Share of the traces, 0 to 1; null if it is not by ratio.</summary>
    public double? Share { get; private init; }

    /// <summary>A program that has an OpenTelemetry SDK of its own is asked for none: what is sampled for us is marked so, and it would export that
    /// too.</summary>
    public bool SparesSdk { get; private init; }

    /// <summary>So many traces a second that begin in a process or come to it, whether or not its callers have sampled them: .NET programs without an SDK always
    /// say that they have not. .NET 9 knows no rate: it is asked for 5 % of those that begin there; .NET 8 for nothing.</summary>
    public static SpanSampler Rate(int tracesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tracesPerSecond, 1);
        return new SpanSampler { TracesPerSecond = tracesPerSecond };
    }

    /// <summary>This share of the traces that begin in a process, with its parts of those that its callers have sampled, and of no others. .NET 8 is asked for
    /// nothing.</summary>
    public static SpanSampler Ratio(double share)
    {
        if (share is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "It is from 0 to 1.");
        return new SpanSampler { Share = Math.Round(share, Digits) };
    }

    /// <summary>Reads what <see cref="ToString"/> writes: <c>auto</c>, <c>rate(100)</c>, <c>ratio(0.05)</c>, <c>all</c>.</summary>
    public static SpanSampler? Parse(string text)
    {
        if (text == "auto") return Auto;
        if (text == "all") return All;
        if (Inside(text, "rate(") is { } rate && int.TryParse(rate, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= 1) return Rate(count);
        if (Inside(text, "ratio(") is { } ratio && double.TryParse(ratio, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) && share is >= 0 and <= 1) return Ratio(share);
        return null;
    }

    public override string ToString() =>
        SparesSdk ? "auto"
        : TracesPerSecond is { } count ? string.Create(CultureInfo.InvariantCulture, $"rate({count})")
        : Share is { } share ? string.Create(CultureInfo.InvariantCulture, $"ratio({share:0.######})")
        : "all";

    private static string? Inside(string text, string start) => text.StartsWith(start, StringComparison.Ordinal) && text[^1] == ')' ? text[start.Length..^1] : null;
}
