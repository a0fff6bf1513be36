using System.Globalization;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>Cuts the source text into tokens, one at a time.</summary>
internal sealed class Lexer(string source)
{
    private int _position;

    /// <summary>The first error; nothing is read after it.</summary>
    public ExpressionError? Error { get; private set; }

    public bool TryNext(out Token token)
    {
        while (_position < source.Length && source[_position] is ' ' or '\t' or '\r' or '\n') _position++;
        token = new Token(TokenKind.End, _position, 0);
        if (_position == source.Length) return true;

        char c = source[_position];
        if (IsWordStart(c)) token = ReadWord();
        else if (char.IsAsciiDigit(c) || (c == '-' && char.IsAsciiDigit(At(_position + 1)))) return TryReadNumber(out token);
        else if (c is '"' or '\'') return TryReadText(out token);
        else return TryReadOperator(out token);
        return true;
    }

    private Token ReadWord()
    {
        int start = _position;
        int end = start;
        while (IsWordStart(At(end)) || char.IsAsciiDigit(At(end))) end++;
        _position = end;
        return new Token(TokenKind.Word, start, end - start, source[start..end]);
    }

    private bool TryReadText(out Token token)
    {
        int start = _position;
        token = default;
        if (!TextLiteral.TryRead(source, start, out int end, out string value))
            return Fail(
                $"this text is never closed; end it with {source[start]} (a quote in the text is written \\{source[start]})", start);
        _position = end;
        token = new Token(TokenKind.Text, start, end - start, value);
        return true;
    }

    private bool TryReadNumber(out Token token)
    {
        token = default;
        int start = _position;
        int end = start + 1;
        while (char.IsAsciiDigit(At(end))) end++;
        if (At(end) == '.' && char.IsAsciiDigit(At(end + 1)))
            for (end++; char.IsAsciiDigit(At(end));) end++;
        int unitStart = end;
        if (At(end) == '%') end++;
        else while (char.IsAsciiLetter(At(end))) end++;

        string name = source[unitStart..end];
        Unit? unit = name.Length == 0 ? Unit.None : Unit.Find(name);
        if (unit is null)
        {
            string advice = Unit.Guess(name) is { } guess
                ? $"did you mean '{guess}'?"
                : "write B KiB MiB GiB TiB kB MB GB TB, or ms s m h d, or %";
            return Fail($"unknown unit '{Quote.Shorten(name)}': {advice}", unitStart);
        }
        // 1h30m, 1.2.3, 5%x: better to refuse than to guess.
        if (char.IsAsciiLetterOrDigit(At(end)) || At(end) is '.' or '_' or '%')
            return Fail("a number is one number with at most one unit; write for example 90m instead of 1h30m", start);

        var quantity = new Quantity(Quantity.Canonical(source[start..unitStart]), unit);
        if (!double.IsFinite(quantity.Value)) return Fail("this number is too large; write one below 1e308", start);
        token = new Token(TokenKind.Number, start, end - start, "", quantity);
        _position = end;
        return true;
    }

    private bool TryReadOperator(out Token token)
    {
        token = default;
        ReadOnlySpan<char> rest = source.AsSpan(_position);
        // "==" before "=", but "!=" and "!~" before "!".
        foreach ((string text, string ours) in Operators.Foreign)
            if (text.Length == 2 && rest.StartsWith(text)) return Fail($"'{text}' is written '{ours}' here", _position);
        foreach ((string text, TokenKind kind) in Operators.All)
        {
            if (!rest.StartsWith(text)) continue;
            token = new Token(kind, _position, text.Length);
            _position += text.Length;
            return true;
        }
        foreach ((string text, string ours) in Operators.Foreign)
            if (rest.StartsWith(text)) return Fail($"'{text}' is written '{ours}' here", _position);
        return Fail($"unexpected {Describe(rest[0])}; text stands in quotes", _position);
    }

    private bool Fail(string message, int position)
    {
        Error = new ExpressionError(message, position);
        return false;
    }

    private char At(int position) => position < source.Length ? source[position] : '\0';

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_';

    /// <summary>What is not printable ASCII may look like something else, or change the terminal: it is told by its number.</summary>
    private static string Describe(char c) =>
        c is > ' ' and < '\x7f' ? $"'{c}'" : string.Create(CultureInfo.InvariantCulture, $"character U+{(int)c:X4}");
}
