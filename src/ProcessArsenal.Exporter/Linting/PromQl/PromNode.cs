namespace ProcessArsenal.Exporter.Linting.PromQl;

/// <summary>A part of an expression, as far as it decides about labels. What changes values alone (ranges, offsets, signs, parentheses) is left out.</summary>
/// <param name="Start">Where it begins in the text.</param>
internal abstract record PromNode(int Start);

/// <summary>A number.</summary>
internal sealed record PromNumber(int Start) : PromNode(Start);

/// <summary>A text, as functions take them.</summary>
internal sealed record PromText(int Start, string Value) : PromNode(Start);

/// <summary>Series: <c>name{label="value"}</c>.</summary>
/// <param name="Name">Null if it is chosen by a pattern, or not at all.</param>
internal sealed record PromSelector(int Start, string? Name, IReadOnlyList<PromMatcher> Matchers) : PromNode(Start);

/// <summary><c>label="value"</c>, with one of the operators =, !=, =~, !~.</summary>
internal sealed record PromMatcher(string Label, string Operator, string Value)
{
    /// <summary>Only series that have the label.</summary>
    public bool Demands => Operator switch
    {
        "=" => Value.Length > 0,
        "!=" => Value.Length == 0,
        "=~" => Value is ".+",
        _ => false,
    };

    /// <summary>Only series that do not have it.</summary>
    public bool Excludes => Operator == "=" && Value.Length == 0;
}

/// <summary>A function.</summary>
internal sealed record PromCall(int Start, string Name, IReadOnlyList<PromNode> Arguments) : PromNode(Start);

/// <summary>An aggregation: <c>sum by (group) (...)</c>.</summary>
/// <param name="Without">Whether <paramref name="Labels"/> are those that are dropped; null if none is named at all.</param>
/// <param name="Parameter">What some take first.</param>
internal sealed record PromAggregate(int Start, string Name, bool? Without, IReadOnlyList<string> Labels, PromNode? Parameter, PromNode Body) : PromNode(Start)
{
    /// <summary>Those that choose among series, and leave their labels.</summary>
    public bool IsChoice => Name is "topk" or "bottomk" or "limitk" or "limit_ratio";
}

/// <summary>An operator between two.</summary>
internal sealed record PromBinary(int Start, string Operator, PromMatching? Matching, PromNode Left, PromNode Right) : PromNode(Start);

/// <summary>How series are matched: <c>on (...)</c> or <c>ignoring (...)</c>, and which side has many for one.</summary>
internal sealed record PromMatching(int Start, bool On, IReadOnlyList<string> Labels, PromMany Many, IReadOnlyList<string> Include);

/// <summary>The side with many series for one.</summary>
internal enum PromMany
{
    None,
    Left,
    Right,
}
