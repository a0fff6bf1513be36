using System.Globalization;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>Durations as people write them: a number and one of ms, s, m, h, d, to the millisecond.</summary>
internal static class Durations
{
    // The longest suffix that fits must come first: ms before s and m.
    private static readonly (string Suffix, long Milliseconds)[] Units =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    private const int MaxLength = 20;
    private const decimal MaxMilliseconds = 1e14m; // some 3,000 years: far from overflow

    /// <summary>False if it is no duration, is negative, too long, or finer than a millisecond.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length > MaxLength) return false;
        foreach ((string suffix, long milliseconds) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal)) continue;
            ReadOnlySpan<char> number = text.AsSpan(0, text.Length - suffix.Length);
            if (number.IsEmpty || !char.IsAsciiDigit(number[0]) || !char.IsAsciiDigit(number[^1])) return false;
            if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value)) return false;
            if (value > MaxMilliseconds / milliseconds || value * milliseconds % 1 != 0) return false;
            duration = TimeSpan.FromTicks((long)(value * milliseconds) * TimeSpan.TicksPerMillisecond);
            return true;
        }
        return false;
    }

    /// <summary>In the largest unit that leaves no fraction: 90s, 5m, 1500ms. What is finer than a millisecond is cut off.</summary>
    public static string Format(TimeSpan duration)
    {
        long total = duration.Ticks / TimeSpan.TicksPerMillisecond;
        if (total == 0) return "0s";
        (string suffix, long milliseconds) = Units.Last(unit => total % unit.Milliseconds == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{total / milliseconds}{suffix}");
    }
}
