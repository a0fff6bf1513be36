using System.Buffers;
using System.Globalization;
using System.Text;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>Shows control characters as the pictures that Unicode has for them, so that a page drives no terminal, whatever a process calls itself:
/// <c>␛[31m</c>. A newline is left to the format, which has an escape for it. No two texts become the same: what looks like a picture already has
/// <see cref="Mark"/> before it.</summary>
internal static class ControlPictures
{
    /// <summary>Before a picture that was in the text, and before the two hexadecimal digits of a control character that has none (U+0080 to
    /// U+009F).</summary>
    public const char Mark = '\u2426'; // SYMBOL FOR SUBSTITUTE FORM TWO

    private const char First = '\u2400', Delete = '\u2421';

    private static readonly SearchValues<char> Touched = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(c => char.IsControl(c) && c != '\n'), .. Enumerable.Range(First, Mark - First + 1).Select(code => (char)code)]);

    /// <summary>Whether there is anything to be shown otherwise.</summary>
    public static bool Concern(ReadOnlySpan<char> text) => text.ContainsAny(Touched);

    public static void Append(StringBuilder text, char c)
    {
        if (!Touched.Contains(c)) text.Append(c);
        else if (c < ' ') text.Append((char)(First + c));
        else if (c == '\x7f') text.Append(Delete);
        else if (c >= First) text.Append(Mark).Append(c);
        else text.Append(Mark).Append(((int)c).ToString("X2", CultureInfo.InvariantCulture));
    }

    /// <summary>The whole text.</summary>
    public static string Show(string text)
    {
        if (!Concern(text)) return text;
        var shown = new StringBuilder(text.Length + 16);
        foreach (char c in text) Append(shown, c);
        return shown.ToString();
    }
}
