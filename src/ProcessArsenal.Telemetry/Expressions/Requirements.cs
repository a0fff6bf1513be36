using System.Globalization;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>What must be so of each field for some conditions to hold together, and the first thing that can't be.</summary>
internal sealed class Requirements
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly HashSet<(string, string)> _not = [];
    private readonly Dictionary<string, bool> _flags = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (double Low, bool IsLowOpen, double High, bool IsHighOpen)> _ranges = new(StringComparer.Ordinal);

    /// <summary>In words; null: nothing contradicts another.</summary>
    public string? Contradiction { get; private set; }

    public void Text(string field, bool negated, string value)
    {
        if (negated) _not.Add((field, value));
        else if (!_texts.TryAdd(field, value) && _texts[field] != value) Contradiction ??= $"{field} can't be both \"{_texts[field]}\" and \"{value}\"";
        if (_texts.TryGetValue(field, out string? expected) && _not.Contains((field, expected))) Contradiction ??= $"{field} can't be \"{expected}\" and not be it";
    }

    public void Flag(string field, bool value)
    {
        if (!_flags.TryAdd(field, value) && _flags[field] != value) Contradiction ??= $"{field} can't be so and not be so";
    }

    public void Number(string field, TokenKind comparison, double value)
    {
        (double low, bool isLowOpen, double high, bool isHighOpen) = _ranges.GetValueOrDefault(field, (double.NegativeInfinity, false, double.PositiveInfinity, false));
        if (comparison is TokenKind.Greater or TokenKind.GreaterOrEqual or TokenKind.Equal && (value > low || (value == low && comparison == TokenKind.Greater))) (low, isLowOpen) = (value, comparison == TokenKind.Greater);
        if (comparison is TokenKind.Less or TokenKind.LessOrEqual or TokenKind.Equal && (value < high || (value == high && comparison == TokenKind.Less))) (high, isHighOpen) = (value, comparison == TokenKind.Less);
        _ranges[field] = (low, isLowOpen, high, isHighOpen);
        if (low > high || (low == high && (isLowOpen || isHighOpen)))
            Contradiction ??= string.Create(CultureInfo.InvariantCulture, $"{field} can't be {(isLowOpen ? "above" : "at least")} {low} and {(isHighOpen ? "below" : "at most")} {high}");
    }
}
