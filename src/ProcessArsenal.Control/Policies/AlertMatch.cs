using ProcessArsenal.Control.Alerting.Raising;

namespace ProcessArsenal.Control.Policies;

/// <summary>Which alerts are meant: all of these labels must have one of these values. Alerts of our own never are: a policy that raises one would set off itself, or one another.</summary>
public sealed record AlertMatch(IReadOnlyDictionary<string, IReadOnlyList<string>> Labels)
{
    public const int MostLabels = 32, MostValues = 32, LongestValue = 1024;

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        if (OwnAlerts.Is(labels)) return false;
        foreach ((string name, IReadOnlyList<string> values) in Labels)
            if (!values.Contains(labels.GetValueOrDefault(name, ""), StringComparer.Ordinal)) return false; // No label is an empty one, as in Prometheus.
        return Labels.Count > 0;
    }

    /// <summary>Whether a text can be the name of a label (https://prometheus.io/docs/concepts/data_model/).</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= 128 && !char.IsAsciiDigit(text[0]) && text.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
