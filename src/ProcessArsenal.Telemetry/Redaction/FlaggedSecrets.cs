using System.Text;

namespace ProcessArsenal.Telemetry.Redaction;

/// <summary>Secrets after a flag within one text: <c>--password value</c>, as in the argument of <c>sh -c</c>, or where a program has written all of its
/// arguments into one. Goes over the text once.</summary>
internal static class FlaggedSecrets
{
    private const int LongestName = 128;

    /// <summary>The text with <c>***</c> in their place.</summary>
    public static string Hide(string text)
    {
        StringBuilder? shown = null;
        int kept = 0;
        for (int at = 0; at < text.Length && text.IndexOf('-', at) is >= 0 and var dash;)
        {
            int end = dash;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '-' or '_' or '.')) end++;
            at = end;
            bool isFlag = dash == 0 || !(char.IsLetterOrDigit(text[dash - 1]) || text[dash - 1] is '_' or '.' or '/');
            int start = end;
            while (start < text.Length && char.IsWhiteSpace(text[start])) start++;
            if (!isFlag || start == end || start == text.Length || end - dash > LongestName || !SecretNames.IsSecret(text.AsSpan(dash, end - dash).TrimStart('-'))) continue;
            if (text[start] == '-') continue; // Another flag: this one has no value.
            int close = ValueEnd(text, start);
            (shown ??= new StringBuilder(text.Length)).Append(text, kept, start - kept).Append(SecretShapes.Mask);
            kept = at = close;
        }
        return shown is null ? text : shown.Append(text, kept, text.Length - kept).ToString();
    }

    /// <summary>Where a word of a shell ends.</summary>
    /// <param name="hasCommands">What <c>$(...)</c> runs is a part of it.</param>
    public static int ValueEnd(string text, int start, bool hasCommands = true)
    {
        int end = start;
        while (end < text.Length && !char.IsWhiteSpace(text[end]))
        {
            if (text[end] == '\\') end = Math.Min(text.Length, end + 2);
            else if (text[end] is '"') end = Words.AfterQuote(text, end) is var close && close < text.Length ? close : Single(text, end);
            // Quotes may begin anywhere in a word of a shell, and hide its blanks.
            else if (text[end] is '\'') end = text.IndexOf('\'', end + 1) is > 0 and var closed ? closed + 1 : end + 1;
            else if (hasCommands && text[end] is '$' && end + 1 < text.Length && text[end + 1] == '(') end = Words.AfterBracket(text, end + 1);
            else end++;
        }
        return end;

        // One that is not closed is a letter like others, but at the end of the text.
        static int Single(string text, int at) => text[^1] == '"' && text.IndexOf('"', at + 1) == text.Length - 1 ? text.Length : at + 1;
    }
}
