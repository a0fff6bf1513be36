namespace ProcessArsenal.Telemetry.Tracing.Events;

/// <summary>Selects names, without regard to case: all that contain the text; with <c>*</c> or <c>?</c> in it, those that it describes as a whole.</summary>
public sealed class NamePattern
{
    /// <summary>Characters of a text.</summary>
    public const int Longest = 200;

    /// <summary>Names whose answer is remembered: events have the same ones again and again.</summary>
    private const int MostKnown = 20_000;

    private readonly bool _isWhole;
    private readonly Dictionary<string, bool> _known = new(StringComparer.Ordinal);

    private NamePattern(string text) => (Text, _isWhole) = (text, text.AsSpan().ContainsAny('*', '?'));

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <returns>Null if it is empty, or too long.</returns>
    public static NamePattern? Parse(string text) => text.Length is > 0 and <= Longest ? new NamePattern(text) : null;

    /// <summary>Safe for one caller at a time.</summary>
    public bool Matches(string name)
    {
        if (!_isWhole) return name.Contains(Text, StringComparison.OrdinalIgnoreCase);
        if (_known.TryGetValue(name, out bool matches)) return matches;
        matches = IsDescribed(name);
        if (_known.Count < MostKnown) _known[name] = matches;
        return matches;
    }

    public override string ToString() => Text;

    /// <summary>Each star takes as little as it can, and of all stars only the last is tried again: that suffices, and takes no longer than both lengths multiplied,
    /// whatever somebody writes. (Regular expressions without backtracking refuse some patterns as too large, FileSystemName goes back at every star.)</summary>
    private bool IsDescribed(ReadOnlySpan<char> name)
    {
        ReadOnlySpan<char> pattern = Text;
        int at = 0, from = 0, star = -1, taken = 0;
        while (from < name.Length)
        {
            if (at < pattern.Length && pattern[at] == '*') (star, taken) = (at++, from);
            else if (at < pattern.Length && (pattern[at] == '?' || char.ToUpperInvariant(pattern[at]) == char.ToUpperInvariant(name[from]))) (at, from) = (at + 1, from + 1);
            else if (star >= 0) (at, from) = (star + 1, ++taken);
            else return false;
        }
        return pattern[at..].TrimStart('*').IsEmpty;
    }
}
