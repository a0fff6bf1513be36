using System.Text;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>Text in quotes. The escapes are \\ \" \' \n and \t; a backslash before anything else stands for itself, so that a pattern
/// can be written as for grep: <c>"\d+"</c>.</summary>
internal static class TextLiteral
{
    /// <summary>Reads a literal that starts with a quote at <paramref name="start"/>.</summary>
    /// <returns>False if it never ends.</returns>
    public static bool TryRead(string source, int start, out int end, out string value)
    {
        var text = new StringBuilder();
        char quote = source[start];
        for (end = start + 1; end < source.Length;)
        {
            if (source[end] == quote)
            {
                end++;
                value = text.ToString();
                return true;
            }
            end += Step(source, end, out char c);
            text.Append(c);
        }
        value = "";
        return false;
    }

    /// <summary>Where in the source the character at <paramref name="offset"/> of the value is written.</summary>
    public static int PositionOf(string source, int start, int offset)
    {
        int position = start + 1;
        for (; offset > 0 && position < source.Length; offset--) position += Step(source, position, out _);
        return Math.Min(position, source.Length);
    }

    /// <summary>Appends a literal that reads as <paramref name="value"/>.</summary>
    public static void Write(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            _ = c switch
            {
                '\\' => text.Append("\\\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append("\\n"),
                '\t' => text.Append("\\t"),
                _ => text.Append(c),
            };
        }
        text.Append('"');
    }

    private static int Step(string source, int position, out char c)
    {
        c = source[position];
        if (c != '\\' || position + 1 >= source.Length) return 1;
        switch (source[position + 1])
        {
            case '\\' or '"' or '\'':
                c = source[position + 1];
                return 2;
            case 'n':
                c = '\n';
                return 2;
            case 't':
                c = '\t';
                return 2;
            default:
                return 1;
        }
    }
}
