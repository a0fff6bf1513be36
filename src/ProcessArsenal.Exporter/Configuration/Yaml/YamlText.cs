using System.Globalization;
using System.Text;

namespace ProcessArsenal.Exporter.Configuration.Yaml;

/// <summary>Writes values that YAML reads back as they were.</summary>
internal static class YamlText
{
    // Words that YAML 1.1 or 1.2 readers take for something else than text.
    private static readonly string[] Special = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

    /// <summary>As it is where that is safe, else in single quotes, or in double quotes if it has control characters.</summary>
    public static string Quote(string text)
    {
        if (IsPlain(text)) return text;
        foreach (char c in text)
            if (char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' || char.IsSurrogate(c)) return Escape(text);
        return $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    public static string List(IEnumerable<string> quoted) => $"[{string.Join(", ", quoted)}]";

    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiLetter(text[0]) || text[0] is '/' or '_')) return false;
        if (Array.Exists(Special, word => word.Equals(text, StringComparison.OrdinalIgnoreCase))) return false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == ':' && i + 1 < text.Length && (char.IsAsciiLetterOrDigit(text[i + 1]) || text[i + 1] == '/')) continue; // as in a URL
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '_' or '-' or '.')) return false;
        }
        return true;
    }

    private static string Escape(string text)
    {
        var result = new StringBuilder("\"");
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\') result.Append('\\').Append(rune);
            else if (rune.Value is >= ' ' and < 0x7F) result.Append(rune);
            else result.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}");
        }
        return result.Append('"').ToString();
    }
}
