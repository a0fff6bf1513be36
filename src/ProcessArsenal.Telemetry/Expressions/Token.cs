namespace ProcessArsenal.Telemetry.Expressions;

internal enum TokenKind : byte
{
    End,
    Word,
    Number,
    Text,
    Open,
    Close,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    NotMatches,
}

/// <summary>A word of the source text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it starts in the source text.</param>
/// <param name="Length">Its length in the source text.</param>
/// <param name="Value">A word as it is, a text without quotes and escapes; else empty.</param>
/// <param name="Quantity">The value of a number.</param>
internal readonly record struct Token(TokenKind Kind, int Start, int Length, string Value = "", Quantity Quantity = default)
{
    public bool Is(string word) => Kind == TokenKind.Word && Value == word;
}

/// <summary>The operators and how they are written.</summary>
internal static class Operators
{
    /// <summary>Longer ones first: the first that fits is taken.</summary>
    public static readonly (string Text, TokenKind Kind)[] All =
    [
        ("!=", TokenKind.NotEqual),
        ("!~", TokenKind.NotMatches),
        ("<=", TokenKind.LessOrEqual),
        (">=", TokenKind.GreaterOrEqual),
        ("=", TokenKind.Equal),
        ("<", TokenKind.Less),
        (">", TokenKind.Greater),
        ("~", TokenKind.Matches),
        ("(", TokenKind.Open),
        (")", TokenKind.Close),
    ];

    /// <summary>What other languages write, and what it is here.</summary>
    public static readonly (string Text, string Ours)[] Foreign =
    [
        ("==", "="), ("=~", "~"), ("<>", "!="), ("&&", "and"), ("||", "or"), ("&", "and"), ("|", "or"), ("!", "not"),
    ];

    public static bool IsComparison(TokenKind kind) => kind >= TokenKind.Equal;

    public static string Text(TokenKind kind) => Array.Find(All, entry => entry.Kind == kind).Text;
}

/// <summary>Words that no field may be named.</summary>
internal static class Keywords
{
    public const string And = "and";
    public const string Or = "or";
    public const string Not = "not";
    public const string Has = "has";
    public const string True = "true";
    public const string False = "false";
    public const string For = "for";
    public const string Growing = "growing";

    public static readonly string[] All = [And, Or, Not, Has, True, False, For, Growing];
}
