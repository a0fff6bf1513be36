using System.Text;

namespace ProcessArsenal.Exporter.Linting.PromQl;

/// <summary>Cuts PromQL into tokens, as <c>promql/parser/lex.go</c> of Prometheus does.</summary>
internal static class PromLexer
{
    private static readonly string[] Signs = ["==", "!=", "<=", ">=", "=~", "!~"];

    public static List<PromToken> Read(string text)
    {
        var tokens = new List<PromToken>();
        int brackets = 0;
        for (int i = 0; i < text.Length;)
        {
            char c = text[i];
            if (char.IsWhiteSpace(c))
            {
                i++;
            }
            else if (c == '#')
            {
                while (i < text.Length && text[i] != '\n') i++;
            }
            else if (IsWordStart(c) || (c == ':' && brackets == 0))
            {
                i = Take(tokens, PromTokenKind.Word, text, i, EndOf(text, i, static (one, _) => IsWordStart(one) || char.IsAsciiDigit(one) || one == ':'));
            }
            else if (char.IsAsciiDigit(c) || (c == '.' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1])))
            {
                i = Take(tokens, PromTokenKind.Number, text, i, EndOf(text, i, static (one, before) =>
                    char.IsAsciiLetterOrDigit(one) || one is '.' or '_' || (one is '+' or '-' && before is 'e' or 'E')));
            }
            else if (c is '"' or '\'' or '`')
            {
                tokens.Add(ReadText(text, ref i));
            }
            else
            {
                string sign = Signs.FirstOrDefault(two => text.AsSpan(i).StartsWith(two, StringComparison.Ordinal)) ?? c.ToString();
                if (sign.Length == 1 && "+-*/%^<>=(){}[],:@".IndexOf(c, StringComparison.Ordinal) < 0) throw new PromSyntaxException(i, $"'{c}' is not expected here");
                brackets += sign switch { "[" => 1, "]" => -1, _ => 0 };
                tokens.Add(new PromToken(PromTokenKind.Sign, sign, i));
                i += sign.Length;
            }
        }
        tokens.Add(new PromToken(PromTokenKind.End, "", text.Length));
        return tokens;
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static int Take(List<PromToken> tokens, PromTokenKind kind, string text, int start, int end)
    {
        tokens.Add(new PromToken(kind, text[start..end], start));
        return end;
    }

    private static int EndOf(string text, int start, Func<char, char, bool> belongs)
    {
        int end = start + 1;
        while (end < text.Length && belongs(text[end], text[end - 1])) end++;
        return end;
    }

    /// <summary>Escapes are those of Go; which character one stands for matters to no label name, so that it stands for itself.</summary>
    private static PromToken ReadText(string text, ref int i)
    {
        int start = i;
        char quote = text[i++];
        var value = new StringBuilder();
        for (; i < text.Length; i++)
        {
            if (text[i] == quote)
            {
                i++;
                return new PromToken(PromTokenKind.Text, value.ToString(), start);
            }
            if (text[i] == '\\' && quote != '`' && i + 1 < text.Length) i++;
            value.Append(text[i]);
        }
        throw new PromSyntaxException(start, "a text that is not closed");
    }
}
