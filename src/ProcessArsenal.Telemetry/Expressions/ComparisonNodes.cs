using System.Text;
using System.Text.RegularExpressions;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>A numeric field against a number.</summary>
internal sealed class NumberComparison(NumberField subject, TokenKind comparison, Quantity quantity) : Node
{
    private readonly double _value = quantity.Value;

    public override bool IsStatic => subject.IsStatic;

    public override Truth Evaluate(in ProcessRow row, in Moment moment)
    {
        if (subject.Read(row, moment) is not double value) return Truth.Unknown;
        return Truths.Of(comparison switch
        {
            TokenKind.Equal => value == _value,
            TokenKind.NotEqual => value != _value,
            TokenKind.Less => value < _value,
            TokenKind.LessOrEqual => value <= _value,
            TokenKind.Greater => value > _value,
            _ => value >= _value,
        });
    }

    public override void Require(Requirements requirements) => requirements.Number(subject.Name, comparison, quantity);

    public override void Write(StringBuilder text) =>
        text.Append(subject.Name).Append(' ').Append(Operators.Text(comparison)).Append(' ')
            .Append(quantity.Digits).Append(quantity.Unit.Name);
}

/// <summary>A text field against a text: the same UTF-16 units, no culture, no case folding.</summary>
internal sealed class TextComparison(TextField subject, bool negated, string expected) : Node
{
    public override bool IsStatic => subject.IsStatic;

    public override Truth Evaluate(in ProcessRow row, in Moment moment) =>
        subject.Read(row, moment) is { } value ? Truths.Of(string.Equals(value, expected, StringComparison.Ordinal) != negated) : Truth.Unknown;

    public override void Require(Requirements requirements) => requirements.Text(subject.Name, negated, expected);

    public override void Write(StringBuilder text) =>
        TextLiteral.Write(text.Append(subject.Name).Append(negated ? " != " : " = "), expected);
}

/// <summary>A text field searched for a pattern.</summary>
internal sealed class PatternComparison(TextField subject, bool negated, Regex pattern) : Node
{
    public override bool IsStatic => subject.IsStatic;

    public override Truth Evaluate(in ProcessRow row, in Moment moment)
    {
        if (subject.Read(row, moment) is not { } value) return Truth.Unknown;
        try
        {
            return Truths.Of(pattern.IsMatch(value) != negated);
        }
        catch (RegexMatchTimeoutException)
        {
            // We do not know, and must neither select nor stall the tick: see Pattern.
            return Truth.Unknown;
        }
    }

    public override void Write(StringBuilder text) =>
        TextLiteral.Write(text.Append(subject.Name).Append(negated ? " !~ " : " ~ "), pattern.ToString());
}
