using System.Text;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>Encodes labels once, as they stand between the braces of a sample: <c>group="nginx",team="web"</c>. Control characters are shown as
/// <see cref="ControlPictures"/>: any text is allowed there, but people look at pages on terminals.</summary>
internal static class LabelBlock
{
    /// <summary>Longest value published, in UTF-16 units; the rest is cut.</summary>
    public const int MaxValueLength = 256;

    public static byte[] Encode(params ReadOnlySpan<(string Name, string? Value)> labels) =>
        Encoding.UTF8.GetBytes(Text(labels)); // A lone surrogate becomes U+FFFD.

    /// <summary>The same, not encoded yet.</summary>
    public static string Text(params ReadOnlySpan<(string Name, string? Value)> labels)
    {
        var text = new StringBuilder();
        foreach ((string name, string? value) in labels)
        {
            if (string.IsNullOrEmpty(value)) continue; // To Prometheus an empty label is an absent one.
            if (text.Length > 0) text.Append(',');
            text.Append(name).Append("=\"");
            AppendEscaped(text, value);
            text.Append('"');
        }
        return text.ToString();
    }

    private static void AppendEscaped(StringBuilder text, string value)
    {
        ReadOnlySpan<char> rest = value;
        if (rest.Length > MaxValueLength) rest = rest[..(char.IsHighSurrogate(rest[MaxValueLength - 1]) ? MaxValueLength - 1 : MaxValueLength)];
        foreach (char c in rest)
        {
            if (c == '\\') text.Append("\\\\");
            else if (c == '"') text.Append("\\\"");
            else if (c == '\n') text.Append("\\n");
            else ControlPictures.Append(text, c);
        }
    }
}
