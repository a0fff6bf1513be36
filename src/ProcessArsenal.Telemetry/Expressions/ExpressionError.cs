namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>What is wrong with an expression.</summary>
/// <param name="Message">What is wrong and what to do, in one line.</param>
/// <param name="Position">Zero-based offset in the source text, in UTF-16 units.</param>
public sealed record ExpressionError(string Message, int Position);
