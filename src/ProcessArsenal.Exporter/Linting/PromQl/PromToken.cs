namespace ProcessArsenal.Exporter.Linting.PromQl;

/// <summary>What a token of PromQL is.</summary>
internal enum PromTokenKind
{
    End,

    /// <summary>A name of a metric, label or function, or a keyword.</summary>
    Word,

    /// <summary>A number or duration.</summary>
    Number,

    /// <summary>A text in quotes; its value is without them.</summary>
    Text,

    /// <summary>An operator or bracket.</summary>
    Sign,
}

/// <summary>A token, and where it begins in the expression.</summary>
internal readonly record struct PromToken(PromTokenKind Kind, string Value, int Start)
{
    public bool Is(string sign) => Kind == PromTokenKind.Sign && Value == sign;

    /// <summary>Keywords are the same in capitals.</summary>
    public bool IsWord(string word) => Kind == PromTokenKind.Word && Value.Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>An expression that is not understood: it is wrong, or newer than we are.</summary>
internal sealed class PromSyntaxException(int start, string message) : Exception(message)
{
    /// <summary>Where in the expression.</summary>
    public int Start => start;
}
