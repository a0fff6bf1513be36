using System.Text;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>A configuration as YAML that loads to the same configuration, each value with where it came from.</summary>
internal static class ConfigurationText
{
    public static string Write(ExporterConfiguration configuration, IReadOnlyDictionary<string, string> origins)
    {
        var text = new StringBuilder();
        string section = "";
        foreach (ConfigurationKey key in ConfigurationCatalogue.Keys)
        {
            string[] names = key.Path.Split('.');
            string indent = names.Length > 1 ? "  " : "";
            if (names.Length > 1 && names[0] != section) text.Append(names[0]).Append(":\n");
            section = names.Length > 1 ? names[0] : "";
            // A file's name may hold anything; a line break in it must not end the comment.
            string origin = Telemetry.Text.Quoting.Cap(origins[key.Path], 300);
            IReadOnlyList<string>? items = key.FormatItems(configuration);
            text.Append(indent).Append(names[^1]).Append(':');
            if (items is null) text.Append(' ').Append(key.Format(configuration));
            text.Append("  # ").Append(origin).Append('\n');
            foreach (string item in items ?? []) text.Append(indent).Append("  - ").Append(item).Append('\n');
        }
        return text.ToString();
    }
}
