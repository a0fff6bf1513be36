using System.Globalization;
using System.Text.Json;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>Bytes, as people write them: a whole number and one of B, KiB, MiB, GiB, kB, MB, GB.</summary>
internal sealed class SizeKind(long minimum, long maximum, string example) : ScalarKind<long>
{
    // The longest suffix that fits must come first: B ends all of them.
    private static readonly (string Suffix, long Bytes)[] Units =
        [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1)];

    private const int MaxLength = 24;

    public override string Expected => $"a size from {Format(minimum)} to {Format(maximum)}, such as {example}";

    protected override bool TryParse(string text, bool plain, out long value)
    {
        value = 0;
        if (text.Length > MaxLength) return false;
        foreach ((string suffix, long bytes) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal)) continue;
            if (!long.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number)) return false;
            if (number > long.MaxValue / bytes) return false;
            value = number * bytes;
            return value >= minimum && value <= maximum;
        }
        return false;
    }

    protected override string? Hint(string text) =>
        text.Length > 0 && text.All(char.IsAsciiDigit) ? ": add a unit, one of B, KiB, MiB, GiB, kB, MB, GB." : null;

    /// <summary>In the largest binary unit that leaves no fraction, else in bytes.</summary>
    public override string Format(long value)
    {
        (string suffix, long bytes) = Units[..3].LastOrDefault(unit => value % unit.Bytes == 0, ("B", 1));
        return string.Create(CultureInfo.InvariantCulture, $"{value / bytes}{suffix}");
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", "^[0-9]+([KMG]iB|[kMG]?B)$");
    }

    public override void WriteJson(Utf8JsonWriter json, long value) => json.WriteStringValue(Format(value));
}
