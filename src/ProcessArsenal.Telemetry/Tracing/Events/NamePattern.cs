using System.IO.Enumeration;

namespace ProcessArsenal.Telemetry.Tracing.Events;

/// <summary>Selects names, without regard to case: all that contain the text; with <c>*</c> or <c>?</c> in it, those that it describes as a whole.</summary>
public sealed record NamePattern
{
    /// <summary>Characters of a text.</summary>
    public const int Longest = 200;

    private readonly bool _isWhole;

    private NamePattern(string text) => (Text, _isWhole) = (text, text.AsSpan().ContainsAny('*', '?'));

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <returns>Null if it is empty, or too long.</returns>
    public static NamePattern? Parse(string text) => text.Length is > 0 and <= Longest ? new NamePattern(text) : null;

    public bool Matches(string name) => _isWhole ? FileSystemName.MatchesSimpleExpression(Text, name) : name.Contains(Text, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => Text;
}
