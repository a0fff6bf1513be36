using System.Diagnostics.CodeAnalysis;
using System.Text;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>A condition on a process, in the one language of configuration, API and command line (docs/expressions.md).
/// Immutable and safe for concurrent use.</summary>
public sealed class Expression
{
    /// <summary>Longest source text, in UTF-16 units.</summary>
    public const int MaxLength = 4096;

    /// <summary>Most levels of parentheses and <c>not</c> within each other: they are what the parser's stack grows by.</summary>
    public const int MaxDepth = 64;

    /// <summary>Longest time after <c>for</c>.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(1);

    private readonly Node _root;

    private Expression(string text, Node root, int? lookBack, IReadOnlyCollection<string> fields)
    {
        Text = text;
        Fields = fields;
        LooksBackAt = lookBack;
        _root = root;
        IsStatic = root.IsStatic;
    }

    /// <summary>The source text.</summary>
    public string Text { get; }

    /// <summary>Whether the answer can only change when the process's description does.</summary>
    public bool IsStatic { get; }

    /// <summary>Where in the text the first <c>for</c>, <c>growing</c> or <c>memory_growth</c> stands: it needs earlier samples, so it is unknown until there
    /// are some, and always where nobody keeps any. Null if there is none.</summary>
    public int? LooksBackAt { get; }

    /// <summary>Names of all fields that it asks for.</summary>
    public IReadOnlyCollection<string> Fields { get; }

    /// <summary>How long it must have held (<c>for</c>); null: it need not have.</summary>
    public TimeSpan? Lasts => (_root as ForNode)?.Duration;

    /// <summary>Why these can't hold together of any process, as far as that can be told without one; null if they may. Alternatives (<c>or</c>) and patterns are not looked into.</summary>
    public static string? Contradiction(params IEnumerable<Expression> together)
    {
        var requirements = new Requirements();
        foreach (Expression expression in together) expression._root.Require(requirements);
        return requirements.Contradiction;
    }

    /// <summary>Parses and checks an expression. Never throws on any text; <see cref="MaxLength"/> bounds time and memory.</summary>
    /// <param name="text">The source text.</param>
    /// <param name="expression">The expression; null if there is an error.</param>
    /// <param name="error">The first error; null if there is none.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out Expression? expression, [NotNullWhen(false)] out ExpressionError? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new Parser(text);
        if (parser.Parse() is { } root)
        {
            expression = new Expression(text, root, parser.LooksBackAt, parser.Fields);
            error = null;
            return true;
        }
        expression = null;
        error = parser.Error ?? throw new InvalidOperationException("The parser gave neither an expression nor an error.");
        return false;
    }

    /// <summary>Whether the process is selected: only <see cref="Truth.True"/> selects. Never throws and allocates nothing, except that a
    /// pattern builds its automaton as it meets new text, and that one which exceeds its time is unknown.</summary>
    public Truth Evaluate(in ProcessRow row) => _root.Evaluate(row, Moment.Now);

    /// <summary>The canonical text: one blank between words, double quotes, no parentheses that change nothing.
    /// Parses to the same again.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        _root.Write(text);
        return text.ToString();
    }
}
