using ProcessArsenal.Telemetry.Publishing;

namespace ProcessArsenal.Telemetry.EventPipe.Publishing;

/// <summary>A family whose series are of targets.</summary>
/// <param name="order">Its place on a page.</param>
/// <param name="name">As in the text format.</param>
/// <param name="type">counter, gauge or histogram.</param>
/// <param name="help">May be chosen by a target.</param>
internal sealed class ForeignFamily(int order, string name, string type, string help)
{
    /// <summary>Longest help, in UTF-16 units; the rest is cut.</summary>
    private const int LongestHelp = 300;

    public int Order { get; } = order;

    public string Name { get; } = name;

    public string Type { get; } = type;

    public FamilyText Text { get; } = new(name, type, null, Shorten(help));

    /// <summary>When one of its series was last there, by <see cref="ForeignFamilies.Round"/>; the greatest number if it is never forgotten.</summary>
    public long Seen { get; set; }

    /// <summary>Every name that it takes: its samples', and its own in OpenMetrics, where a counter goes without <c>_total</c>.</summary>
    public static string[] Names(string name, string type) => type switch
    {
        "histogram" => [name, name + "_bucket", name + "_sum", name + "_count"],
        "counter" when name.EndsWith("_total", StringComparison.Ordinal) => [name, name[..^"_total".Length]],
        _ => [name],
    };

    private static string Shorten(string help) => help[..Math.Min(help.Length, LongestHelp)].Replace('\r', ' ');
}

/// <summary>One line of a page about a target: its text but for whom it is about, and where the value comes from.</summary>
/// <param name="Read">Called while the target's values stand still.</param>
internal readonly record struct ForeignSample(ForeignFamily Family, SeriesText Series, Func<double> Read);
