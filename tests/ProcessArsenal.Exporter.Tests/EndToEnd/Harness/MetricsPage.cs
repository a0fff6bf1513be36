using System.Globalization;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>One line of a page.</summary>
internal sealed record Series(string Name, IReadOnlyDictionary<string, string> Labels, double Value, string Line)
{
    public string? this[string label] => Labels.GetValueOrDefault(label);
}

/// <summary>One page in the Prometheus text format, read strictly: see <see cref="MetricsPageParser"/>.</summary>
internal sealed class MetricsPage(IReadOnlyDictionary<string, string> types, IReadOnlyList<Series> series)
{
    private readonly ILookup<string, Series> _byName = series.ToLookup(s => s.Name, StringComparer.Ordinal);

    public static MetricsPage Parse(string text) => new MetricsPageParser(text).Parse();

    /// <summary>Type of each family, by name.</summary>
    public IReadOnlyDictionary<string, string> Types => types;

    public IReadOnlyList<Series> All => series;

    /// <summary>How often the exporter has sampled: the same number means the same snapshot.</summary>
    public double Ticks => Value("arsenal_ticks_total") ?? throw new InvalidOperationException("No arsenal_ticks_total on the page.");

    /// <summary>The series of a family whose labels are as given ("group=x"); other labels may be there as well.</summary>
    public IEnumerable<Series> Where(string name, params string[] labels) => _byName[name].Where(s => labels.All(l => Matches(s, l)));

    /// <summary>Sum of those series; null where there is none: absent is not zero.</summary>
    public double? Value(string name, params string[] labels)
    {
        Series[] found = Where(name, labels).ToArray();
        return found.Length == 0 ? null : found.Sum(s => s.Value);
    }

    /// <summary>The lines of some families, for messages.</summary>
    public string Only(params string[] prefixes) => string.Join(
        '\n', series.Where(s => prefixes.Any(p => s.Name.StartsWith(p, StringComparison.Ordinal))).Select(s => s.Line));

    private static bool Matches(Series series, string label)
    {
        int at = label.IndexOf('=', StringComparison.Ordinal);
        return series[label[..at]] == label[(at + 1)..];
    }
}

internal static class Numbers
{
    public static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
