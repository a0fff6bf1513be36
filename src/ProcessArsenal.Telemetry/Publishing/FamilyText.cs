using System.Text;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>What is the same on every page about a family: its header in both formats, and its series but for the values and the labels of
/// whom they are about. Encoded once.</summary>
internal sealed class FamilyText
{
    private readonly byte[] _text;
    private readonly byte[] _openMetrics;

    /// <param name="name">As in the text format: counters end with <c>_total</c>, infos with <c>_info</c>.</param>
    /// <param name="type">counter, gauge or info.</param>
    /// <param name="series">A label for each series, as <c>name="value"</c>; none, or an empty one, if the family has but one.</param>
    /// <param name="help">Any text: what it must not have in a page is escaped.</param>
    public FamilyText(string name, string type, string? unit, string help, params ReadOnlySpan<string> series)
    {
        help = ControlPictures.Show(help).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        _text = Encoding.UTF8.GetBytes($"# HELP {name} {help}\n# TYPE {name} {(type == "info" ? "gauge" : type)}\n");
        // There the samples of a counter end in _total: one that does not by its name is of unknown type.
        if (type == "counter" && !name.EndsWith("_total", StringComparison.Ordinal)) type = "unknown";
        // There the family goes without the suffix that its samples carry.
        string family = type == "counter" ? name[..^"_total".Length] : type == "info" ? name[..^"_info".Length] : name;
        string header = $"# HELP {family} {help.Replace("\"", "\\\"", StringComparison.Ordinal)}\n# TYPE {family} {type}\n";
        if (unit is not null && family.EndsWith("_" + unit, StringComparison.Ordinal)) header += $"# UNIT {family} {unit}\n";
        _openMetrics = Encoding.UTF8.GetBytes(header);
        Series = series.IsEmpty ? [new SeriesText(name, "")] : new SeriesText[series.Length];
        for (int i = 0; i < series.Length; i++) Series[i] = new SeriesText(name, series[i]);
    }

    public SeriesText[] Series { get; }

    public ReadOnlySpan<byte> Header(ExpositionFormat format) => format == ExpositionFormat.OpenMetrics ? _openMetrics : _text;
}

/// <summary>A sample's line but for the value.</summary>
/// <param name="name">The family's name, as in the text format.</param>
/// <param name="label">The series' own label, as <c>name="value"</c>, or several; empty if none.</param>
internal sealed class SeriesText(string name, string label)
{
    /// <summary>Before the labels of whom it is about.</summary>
    public readonly PaddedText Before = new(name + "{");

    /// <summary>After them, with the comma that parts them from the series' own.</summary>
    public readonly PaddedText After = new(label.Length == 0 ? "} " : $",{label}}} ");

    /// <summary>The whole, where it is about nobody.</summary>
    public readonly byte[] Alone = Encoding.UTF8.GetBytes(label.Length == 0 ? name + " " : $"{name}{{{label}}} ");
}
