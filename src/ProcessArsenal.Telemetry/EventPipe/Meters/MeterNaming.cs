using System.Collections.Frozen;
using System.Text;

namespace ProcessArsenal.Telemetry.EventPipe.Meters;

/// <summary>Names of OpenTelemetry as Prometheus has them
/// (<see href="https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/">compatibility specification</see>). Instruments, units
/// and tags are chosen by the target.</summary>
internal static class MeterNaming
{
    /// <summary>Longest name of a family or a label; the rest is cut.</summary>
    public const int MaxLength = 200;

    private const int LongestUnit = 64;

    private static readonly FrozenDictionary<string, string> Units = new Dictionary<string, string>
    {
        ["d"] = "days",
        ["h"] = "hours",
        ["min"] = "minutes",
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["us"] = "microseconds",
        ["ns"] = "nanoseconds",
        ["By"] = "bytes",
        ["KiBy"] = "kibibytes",
        ["MiBy"] = "mebibytes",
        ["GiBy"] = "gibibytes",
        ["KBy"] = "kilobytes",
        ["MBy"] = "megabytes",
        ["GBy"] = "gigabytes",
        ["m"] = "meters",
        ["V"] = "volts",
        ["A"] = "amperes",
        ["J"] = "joules",
        ["W"] = "watts",
        ["g"] = "grams",
        ["Cel"] = "celsius",
        ["Hz"] = "hertz",
        ["%"] = "percent",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> Periods = new Dictionary<string, string>
    {
        ["s"] = "second",
        ["min"] = "minute",
        ["h"] = "hour",
        ["d"] = "day",
    }.ToFrozenDictionary();

    /// <summary>Labels of whom a series is about: a tag of that name gets a prefix, as Prometheus gives one to a target's own.</summary>
    private static readonly FrozenSet<string> Reserved = ["identity", "pid", "group", "le", "quantile", "otel_scope_name", "otel_scope_version"];

    /// <summary>The name of a family, with its unit and, for a counter, <c>_total</c>.</summary>
    /// <param name="unit">UCUM; what stands in braces says what is counted, and is no unit.</param>
    public static string Family(string instrument, string unit, MeterKind kind)
    {
        string name = Clean(instrument);
        string suffix = UnitSuffix(unit, kind);
        bool isTotal = name.EndsWith("_total", StringComparison.Ordinal);
        if (isTotal) name = name[..^"_total".Length];
        if (suffix.Length > 0 && name != suffix && !name.EndsWith("_" + suffix, StringComparison.Ordinal)) name += "_" + suffix;
        if (kind == MeterKind.Counter || isTotal) name += "_total";
        return name;
    }

    /// <summary>The name of an attribute: as the semantic conventions call what the runtime abbreviates.</summary>
    public static string Attribute(string tag) => tag == "gc.heap.generation" ? "dotnet.gc.heap.generation" : tag;

    /// <summary>The name of a label.</summary>
    public static string Label(string tag)
    {
        string name = Clean(Attribute(tag));
        return Reserved.Contains(name) ? "exported_" + name : name;
    }

    /// <summary>Parts tags as they come, <c>k=v,k2=v2</c>: a comma begins another one only where a name and <c>=</c> follow, so that it may stand in
    /// a value. Which of the two is meant where it looks like both can't be told.</summary>
    public static List<(string Name, string Value)> Tags(string text)
    {
        var tags = new List<(string, string)>();
        int start = 0;
        while (start < text.Length)
        {
            int equals = text.IndexOf('=', start);
            if (equals < 0) break; // No tag: nothing of that shape is written by the runtime.
            int end = text.Length;
            for (int comma = text.IndexOf(',', equals); comma >= 0; comma = text.IndexOf(',', comma + 1))
            {
                if (!BeginsTag(text.AsSpan(comma + 1))) continue;
                end = comma;
                break;
            }
            tags.Add((text[start..equals], text[(equals + 1)..end]));
            start = end + 1;
        }
        return tags;
    }

    private static bool BeginsTag(ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty || !char.IsAsciiLetter(rest[0])) return false;
        rest = rest[..Math.Min(rest.Length, MaxLength)];
        int equals = rest.IndexOf('=');
        if (equals <= 0) return false;
        foreach (char c in rest[..equals])
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')) return false;
        return true;
    }

    private static string UnitSuffix(string unit, MeterKind kind)
    {
        if (unit.Length > LongestUnit) return ""; // Nobody's unit, and each slash is one level.
        int brace = unit.IndexOf('{', StringComparison.Ordinal), end = unit.IndexOf('}', StringComparison.Ordinal);
        if (brace >= 0) unit = unit[..brace] + (end > brace ? unit[(end + 1)..] : "");
        if (unit == "1") return kind == MeterKind.Gauge ? "ratio" : "";
        int slash = unit.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) return Units.GetValueOrDefault(unit) ?? (unit.Length == 0 ? "" : Clean(unit).Trim('_'));
        string above = UnitSuffix(unit[..slash], MeterKind.Counter), below = unit[(slash + 1)..];
        below = Periods.GetValueOrDefault(below) ?? UnitSuffix(below, MeterKind.Counter);
        return below.Length == 0 ? above : (above.Length == 0 ? "" : above + "_") + "per_" + below;
    }

    /// <summary>Letters, digits and single underscores, not beginning with a digit.</summary>
    private static string Clean(string name)
    {
        var text = new StringBuilder(Math.Min(name.Length, MaxLength) + 1);
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, MaxLength)))
        {
            bool isGood = char.IsAsciiLetterOrDigit(c);
            if (isGood && text.Length == 0 && char.IsAsciiDigit(c)) text.Append('_');
            if (isGood) text.Append(c);
            else if (text.Length == 0 || text[^1] != '_') text.Append('_');
        }
        return text.Length == 0 ? "_" : text.ToString();
    }
}
