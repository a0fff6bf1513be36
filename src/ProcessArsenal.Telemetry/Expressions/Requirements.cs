namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>What must be so of each field for some conditions to hold together, and the first thing that can't be.</summary>
internal sealed class Requirements
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly HashSet<(string, string)> _not = [];
    private readonly Dictionary<string, bool> _flags = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Bound Low, Bound High)> _ranges = new(StringComparer.Ordinal);

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

    public void Number(string field, TokenKind comparison, Quantity quantity)
    {
        var bound = new Bound(quantity.Value, comparison is TokenKind.Greater or TokenKind.Less, quantity.Digits + quantity.Unit.Name);
        (Bound low, Bound high) = _ranges.GetValueOrDefault(field, (new Bound(double.NegativeInfinity, false, ""), new Bound(double.PositiveInfinity, false, "")));
        if (comparison is TokenKind.Greater or TokenKind.GreaterOrEqual or TokenKind.Equal && (bound.Value > low.Value || (bound.Value == low.Value && bound.IsOpen))) low = bound;
        if (comparison is TokenKind.Less or TokenKind.LessOrEqual or TokenKind.Equal && (bound.Value < high.Value || (bound.Value == high.Value && bound.IsOpen))) high = bound;
        _ranges[field] = (low, high);
        if (low.Value > high.Value || (low.Value == high.Value && (low.IsOpen || high.IsOpen)))
            Contradiction ??= $"{field} can't be {(low.IsOpen ? "above" : "at least")} {low.Written} and {(high.IsOpen ? "below" : "at most")} {high.Written}";
    }

    /// <summary>One end of what a number may be.</summary>
    /// <param name="IsOpen">That value itself it may not be.</param>
    /// <param name="Written">As whoever wrote the condition has it.</param>
    private readonly record struct Bound(double Value, bool IsOpen, string Written);
}
