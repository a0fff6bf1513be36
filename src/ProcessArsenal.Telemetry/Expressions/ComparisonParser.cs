using System.Globalization;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>What follows a field: nothing, or an operator and a value that fit it.</summary>
internal sealed class ComparisonParser(TokenReader tokens)
{
    public Node? Parse(Field field, Token name)
    {
        Token comparison = tokens.Current;
        if (comparison.Is(Keywords.Growing)) return ParseGrowing(field, comparison);
        if (!Operators.IsComparison(comparison.Kind))
        {
            if (field is FlagField alone) return new FlagNode(alone);
            return Fail($"{field.Name} is {field.Measure.Phrase} and can't stand alone; write for example {field.Example}", name.Start);
        }
        if (!Applies(comparison.Kind, field))
        {
            string text = Operators.Text(comparison.Kind);
            return Fail($"{field.Name} is {field.Measure.Phrase}, and '{text}' does not apply to that; write for example {field.Example}",
                comparison.Start);
        }
        if (!tokens.Advance()) return null;
        Token value = tokens.Current;
        Node? node = field switch
        {
            NumberField number => ParseNumber(number, comparison.Kind, value),
            TextField text when comparison.Kind is TokenKind.Matches or TokenKind.NotMatches => ParsePattern(text, comparison.Kind, value),
            TextField text => ParseText(text, comparison.Kind, value),
            FlagField flag => ParseFlag(flag, comparison.Kind, value),
            _ => null,
        };
        return node is not null && tokens.Advance() ? node : null;
    }

    private Node? ParseGrowing(Field field, Token growing)
    {
        if (field is not NumberField { Signal: not null } number)
        {
            return Fail($"nobody keeps earlier values of {field.Name}, so that it can't be told whether it is growing; those are kept of"
                + $" {string.Join(' ', FieldCatalogue.Growing)}", growing.Start);
        }
        tokens.Note($"{field.Name} growing", growing.Start, hasPast: false, looksBack: true);
        return tokens.Advance() ? new GrowingNode(number) : null;
    }

    private static bool Applies(TokenKind comparison, Field field) => comparison switch
    {
        TokenKind.Equal or TokenKind.NotEqual => true,
        TokenKind.Matches or TokenKind.NotMatches => field is TextField,
        _ => field is NumberField,
    };

    private Node? ParseNumber(NumberField field, TokenKind comparison, Token value)
    {
        if (value.Kind != TokenKind.Number) return WrongValue(field, value);
        UnitKind unit = value.Quantity.Unit.Kind;
        if (unit == UnitKind.None && value.Quantity.Value > field.Measure.MostPlain) return ForgottenPercent(field, value);
        return unit == UnitKind.None || unit == field.Measure.Fitting
            ? new NumberComparison(field, comparison, value.Quantity)
            : WrongValue(field, value);
    }

    private Node? ParseText(TextField field, TokenKind comparison, Token value)
    {
        if (value.Kind != TokenKind.Text) return WrongValue(field, value);
        if (field.Words is { } words && !words.Contains(value.Value))
        {
            string advice = NearestName.Find(value.Value, words) is { } nearest
                ? $"did you mean \"{nearest}\"?"
                : $"it is one of {string.Join(' ', words)}";
            return Fail($"{field.Name} is never {tokens.Source(value)}: {advice}", value.Start);
        }
        if (field.Advice?.Invoke(value.Value) is { } wrong) return Fail($"{field.Name} is never {tokens.Source(value)}: {wrong}", value.Start);
        return new TextComparison(field, comparison == TokenKind.NotEqual, value.Value);
    }

    private Node? ParsePattern(TextField field, TokenKind comparison, Token value)
    {
        if (value.Kind != TokenKind.Text) return WrongValue(field, value);
        return Pattern.TryCreate(value.Value, out var pattern, out string? problem, out int offset)
            ? new PatternComparison(field, comparison == TokenKind.NotMatches, pattern)
            : Fail($"invalid pattern: {problem}", tokens.PositionIn(value, offset));
    }

    private Node? ParseFlag(FlagField field, TokenKind comparison, Token value)
    {
        if (!value.Is(Keywords.True) && !value.Is(Keywords.False)) return WrongValue(field, value);
        var node = new FlagNode(field);
        return value.Is(Keywords.True) == (comparison == TokenKind.Equal) ? node : new NotNode(node);
    }

    private Node? ForgottenPercent(NumberField field, Token value)
    {
        string text = tokens.Source(value), meaning = (value.Quantity.Value * 100).ToString("G15", CultureInfo.InvariantCulture);
        return Fail($"{field.Name} is {field.Measure.Phrase}, and {text} is {meaning}%: did you mean {text}%? (else write {meaning}%)", value.Start);
    }

    private Node? WrongValue(Field field, Token value)
    {
        string text = tokens.Source(value);
        string found = value.Kind switch
        {
            TokenKind.End => "nothing follows",
            TokenKind.Text => $"{text} is text",
            TokenKind.Number => $"{text} is {Phrase(value.Quantity.Unit.Kind)}",
            TokenKind.Word when value.Value is Keywords.True or Keywords.False => $"{text} is the value of a flag",
            TokenKind.Word when FieldCatalogue.Find(value.Value) is not null => $"{text} is a field, not a value",
            TokenKind.Word => $"{text} is not a value (text stands in quotes)",
            _ => $"{text} is not a value",
        };
        return Fail($"{field.Name} is {field.Measure.Phrase}, and {found}; write for example {field.Example}", value.Start);
    }

    private static string Phrase(UnitKind unit) => unit switch
    {
        UnitKind.Size => "a size",
        UnitKind.Duration => "a duration",
        UnitKind.Percent => "a percentage",
        _ => "a number",
    };

    private Node? Fail(string message, int position)
    {
        tokens.Fail(message, position);
        return null;
    }
}
