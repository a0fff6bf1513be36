using System.Buffers;
using System.Text;

namespace ProcessArsenal.Telemetry.Redaction;

/// <summary>Secrets that are named within a text: <c>name=value</c>, <c>name: value</c>, <c>"name": "value"</c>, as in a query, a header, a connection string
/// or JSON. Goes over the text once.</summary>
internal static class NamedSecrets
{
    private const int LongestName = 128;

    private static readonly SearchValues<char> WordEnds = SearchValues.Create(" \t\r\n;&,\"'");

    /// <summary>Words before the secret itself in a header (RFC 9110, section 11.6.2).</summary>
    private static readonly string[] Schemes = ["bearer", "basic", "digest", "token", "negotiate", "apikey"];

    /// <summary>The text with <c>***</c> in their place.</summary>
    public static string Hide(string text)
    {
        StringBuilder? shown = null;
        int kept = 0;
        for (int at = 0; at < text.Length && text.AsSpan(at).IndexOfAny('=', ':') is >= 0 and var next;)
        {
            int separator = at + next;
            at = separator + 1;
            if (!SecretNames.IsSecret(NameBefore(text, separator))) continue;
            (int start, int end) = ValueAfter(text, separator + 1);
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

    private static (int Start, int End) ValueAfter(string text, int start)
    {
        while (start < text.Length && text[start] is ' ' or '\t') start++;
        if (start < text.Length && text[start] is '"' or '\'')
        {
            int close = text.IndexOf(text[start], start + 1);
            return (start, close < 0 ? text.Length : close + 1);
        }
        int end = WordEnd(text, start);
        if (end < text.Length && text[end] == ' ' && Array.Exists(Schemes, scheme => text.AsSpan(start, end - start).Equals(scheme, StringComparison.OrdinalIgnoreCase))) end = WordEnd(text, end + 1);
        return (start, end);
    }

    private static int WordEnd(string text, int start)
    {
        int length = text.AsSpan(start).IndexOfAny(WordEnds);
        return length < 0 ? text.Length : start + length;
    }
}
