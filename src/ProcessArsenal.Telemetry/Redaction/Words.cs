namespace ProcessArsenal.Telemetry.Redaction;

/// <summary>Where values end that may be quoted: in words of a shell, in JSON, in connection strings.</summary>
internal static class Words
{
    /// <summary>Where the quote that begins at a place is closed: past the closing one; the end of the text if it is not. One that is escaped by a
    /// backslash, or doubled, does not close it.</summary>
    public static int AfterQuote(string text, int start)
    {
        char quote = text[start];
        for (int at = start + 1; at < text.Length; at++)
        {
            if (text[at] == '\\') at++;
            else if (text[at] == quote)
            {
                if (at + 1 < text.Length && text[at + 1] == quote) at++;
                else return at + 1;
            }
        }
        return text.Length;
    }

    /// <summary>Where a bracket that begins at a place is closed: past the closing one; the end of the text if it is not.</summary>
    public static int AfterBracket(string text, int start)
    {
        int depth = 0;
        for (int at = start; at < text.Length; at++)
        {
            if (text[at] is '"') at = AfterQuote(text, at) - 1;
            else if (text[at] is '[' or '{' or '(') depth++;
            else if (text[at] is ']' or '}' or ')' && --depth <= 0) return at + 1;
        }
        return text.Length;
    }
}
