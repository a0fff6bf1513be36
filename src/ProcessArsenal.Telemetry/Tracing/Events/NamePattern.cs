using System.Text.RegularExpressions;

namespace ProcessArsenal.Telemetry.Tracing.Events;

/// <summary>Selects names, without regard to case: all that contain the text; with <c>*</c> or <c>?</c> in it, those that it describes as a whole.</summary>
public sealed class NamePattern
{
    /// <summary>Characters of a text.</summary>
    public const int Longest = 200;

    /// <summary>Names whose answer is remembered: events have the same ones again and again.</summary>
    private const int MostKnown = 20_000;

    private readonly Regex? _whole;
    private readonly Dictionary<string, bool> _known = new(StringComparer.Ordinal);

    private NamePattern(string text)
    {
        Text = text;
        if (!text.AsSpan().ContainsAny('*', '?')) return;
        string stars = Regex.Replace(text, @"\*+", "*");
        // Of the kind that takes time by length alone, whatever somebody writes.
        _whole = new Regex($@"\A{Regex.Escape(stars).Replace(@"\*", ".*", StringComparison.Ordinal).Replace(@"\?", ".", StringComparison.Ordinal)}\z", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline);
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <returns>Null if it is empty, or too long.</returns>
    public static NamePattern? Parse(string text) => text.Length is > 0 and <= Longest ? new NamePattern(text) : null;

    /// <summary>Safe for one caller at a time.</summary>
    public bool Matches(string name)
    {
        if (_whole is null) return name.Contains(Text, StringComparison.OrdinalIgnoreCase);
        if (_known.TryGetValue(name, out bool matches)) return matches;
        matches = _whole.IsMatch(name);
        if (_known.Count < MostKnown) _known[name] = matches;
        return matches;
    }

    public override string ToString() => Text;
}
