using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Control.Alerting.Raising;

/// <summary>What others have chosen, as values of labels and annotations: texts and nothing else, of a length, without control characters or halves of characters.</summary>
internal static class AlertTexts
{
    /// <summary>Characters of a label's value, and of an annotation.</summary>
    public const int LongestLabel = 200, LongestAnnotation = 1000;

    /// <summary>Labels with what is left of their values; those without one are left out, as they are none to Alertmanager.</summary>
    public static Dictionary<string, string> Labels(params IReadOnlyList<(string Name, string? Value)> labels) => Of(labels, LongestLabel);

    /// <summary>The same of annotations.</summary>
    public static Dictionary<string, string> Annotations(params IReadOnlyList<(string Name, string? Value)> annotations) => Of(annotations, LongestAnnotation);

    private static Dictionary<string, string> Of(IReadOnlyList<(string Name, string? Value)> texts, int longest)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string? value) in texts)
            if (!string.IsNullOrWhiteSpace(value)) all[name] = Quoting.Cap(value, longest);
        return all;
    }
}
