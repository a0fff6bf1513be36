namespace ProcessArsenal.Telemetry.Text;

/// <summary>Foreign text inside our own sentences.</summary>
public static class Quoting
{
    /// <summary>The text fit for one line of a message: control characters and lone surrogates as U+FFFD, at most
    /// <paramref name="max"/> UTF-16 units, with an ellipsis where it was cut.</summary>
    public static string Cap(string text, int max = 60)
    {
        string cut = Cut(text, max);
        char[] clean = cut.ToCharArray();
        for (int i = 0; i < clean.Length; i++)
        {
            bool pair = char.IsHighSurrogate(clean[i]) && i + 1 < clean.Length && char.IsLowSurrogate(clean[i + 1]);
            if (pair) i++;
            else if (char.IsControl(clean[i]) || char.IsSurrogate(clean[i]) || clean[i] is '\u2028' or '\u2029') clean[i] = '\uFFFD';
        }
        return cut.Length == text.Length ? new string(clean) : new string(clean) + "...";
    }

    /// <summary>The first <paramref name="max"/> UTF-16 units, one less where that would split a surrogate pair.</summary>
    public static string Cut(string text, int max)
    {
        if (text.Length <= max) return text;
        return text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)];
    }
}
