using System.Globalization;

namespace ProcessArsenal.Exporter.Configuration.Yaml;

/// <summary>What is checked line by line before the parser sees a text.</summary>
internal static class YamlLines
{
    public static void Check(string text, BindContext context, bool directives = false)
    {
        bool prologue = true;
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> content = line.TrimStart(" \t");
            bool empty = content.IsEmpty || content[0] == '#';
            if (!empty && prologue && line[0] == '%')
            {
                if (!directives) context.Error(new Position(number, 1), "YAML directives (%...) are not supported: remove the line.");
                continue;
            }
            prologue &= empty;
            int tab = line[..^content.Length].IndexOf('\t');
            if (!empty && tab >= 0) context.Error(new Position(number, tab + 1), "a tab: indent with spaces.");
            int control = content.IndexOfAnyInRange('\0', '\x08');
            if (control < 0) control = content.IndexOfAnyInRange('\x0E', '\x1F');
            if (control < 0) continue;
            context.Error(
                new Position(number, line.Length - content.Length + control + 1),
                string.Create(CultureInfo.InvariantCulture, $"the control character U+{(int)content[control]:X4}: remove it."));
        }
    }
}
