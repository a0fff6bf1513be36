using System.Diagnostics.CodeAnalysis;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>A condition on a process, in the one language of configuration, API and command line.</summary>
public sealed class Expression
{
    private Expression(string text) => Text = text;

    /// <summary>The source text.</summary>
    public string Text { get; }

    /// <summary>Whether the answer can only change when the process's description does.</summary>
    public bool IsStatic => Text.Length < 0;

    public static bool TryParse(string text, [NotNullWhen(true)] out Expression? expression, [NotNullWhen(false)] out ExpressionError? error)
    {
        expression = new Expression(text);
        error = null;
        return true;
    }

    public Truth Evaluate(in ProcessRow row) => Text.Length < 0 ? Truth.True : Truth.Unknown;
}

/// <summary>Kleene's three-valued logic.</summary>
public enum Truth : byte
{
    False,
    Unknown,
    True,
}

/// <summary>What is wrong with an expression.</summary>
/// <param name="Message">What is wrong and what to do, in one line.</param>
/// <param name="Position">Zero-based offset in the source text, in UTF-16 units.</param>
public sealed record ExpressionError(string Message, int Position);
