using System.Buffers;
using System.Text;

namespace ProcessArsenal.Telemetry.Redaction;

/// <summary>Secrets that are named within a text: <c>name=value</c>, <c>name: value</c>, <c>"name": "value"</c>, as in a query, a header, a connection string
/// or JSON. Goes over the text once.</summary>
internal static class NamedSecrets
{
    private const int LongestName = 128;

    private static readonly SearchValues<char> WordEnds = SearchValues.Create(" \t\r\n;&\"'");

    /// <summary>Words before the secret itself in a header (RFC 9110, section 11.6.2).</summary>
    private static readonly string[] Schemes = ["bearer", "basic", "digest", "token", "negotiate", "apikey"];

    /// <summary>The text with <c>***</c> in their place.</summary>
    public static string Hide(string text)
    {
        StringBuilder? shown = null;
        int kept = 0;
        for (int at = 0; at < text.Length && text.AsSpan(at).IndexOfAny('=', ':', '>') is >= 0 and var next;)
        {
            int separator = at + next;
            at = separator + 1;
            ReadOnlySpan<char> name = NameBefore(text, separator);
            if (!SecretNames.IsSecret(name)) continue;
            (int start, int end) = text[separator] != '>' ? ValueAfter(text, separator + 1, name.EndsWith("cookie", StringComparison.OrdinalIgnoreCase))
                : IsTag(text, separator - name.Length - 1) ? (separator + 1, Before(text, separator + 1, '<')) : (0, 0);
            if (start == end) continue;
            (shown ??= new StringBuilder(text.Length)).Append(text, kept, start - kept).Append(SecretShapes.Mask);
            kept = at = end;
        }
        return shown is null ? text : shown.Append(text, kept, text.Length - kept).ToString();
    }

    private static ReadOnlySpan<char> NameBefore(string text, int separator)
    {
        int end = separator;
        while (end > 0 && text[end - 1] == ' ') end--;
        if (end > 0 && text[end - 1] is '"' or '\'') end--;
        int start = end;
        while (start > 0 && end - start < LongestName && (char.IsLetterOrDigit(text[start - 1]) || text[start - 1] is '_' or '-' or '.')) start--;
        return text.AsSpan(start, end - start);
    }

    /// <summary>An element of XML: <c>&lt;password&gt;</c>.</summary>
    private static bool IsTag(string text, int at) => at >= 0 && text[at] == '<';

    private static int Before(string text, int start, char end) => text.IndexOf(end, start) is >= 0 and var found ? found : text.Length;

    /// <param name="isLine">It goes on to the end of the line: a header of several parts.</param>
    private static (int Start, int End) ValueAfter(string text, int start, bool isLine)
    {
        while (start < text.Length && text[start] is ' ' or '\t' or '=' or ':' or '>') start++; // password == x, password := x, password => x
        if (start == text.Length) return (start, start);
        if (text[start] is '[' or '{') return (start, Words.AfterBracket(text, start));
        int end = start;
        while (end < text.Length && text[end] is '"' or '\'') end = Words.AfterQuote(text, end);
        if (end > start) return (start, end);
        if (isLine) return (start, text.AsSpan(start).IndexOfAny('\r', '\n', '"') is >= 0 and var length ? start + length : text.Length);
        end = text.AsSpan(start).StartsWith("$(") ? Words.AfterBracket(text, start + 1) : WordEnd(text, start);
        if (end < text.Length && text[end] == ' ' && Array.Exists(Schemes, scheme => text.AsSpan(start, end - start).Equals(scheme, StringComparison.OrdinalIgnoreCase))) end = WordEnd(text, end + 1);
        return (start, end);
    }

    /// <summary>A backslash takes the next letter into the word.</summary>
    private static int WordEnd(string text, int start)
    {
        int end = start;
        while (true)
        {
            int length = text.AsSpan(end).IndexOfAny(WordEnds);
            if (length < 0) return text.Length;
            end += length;
            if (end == start || text[end - 1] != '\\') return end;
            end++;
        }
    }
}
