using System.Text;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>A configuration as YAML that loads to the same configuration, each value with where it came from.</summary>
internal static class ConfigurationText
{
    public static string Write(ExporterConfiguration configuration, IReadOnlyDictionary<string, string> origins)
    {
        var text = new StringBuilder();
        string[] section = [];
        foreach (ConfigurationKey key in ConfigurationCatalogue.Keys)
        {
            string[] names = key.Path.Split('.');
            int common = names.Zip(section).TakeWhile(pair => pair.First == pair.Second).Count();
            if (section is ["otlp", ..] && names[0] != "otlp") AppendVariables(text, configuration);
            for (int depth = common; depth < names.Length - 1; depth++) text.Append(Indent(depth)).Append(names[depth]).Append(":\n");
            section = names[..^1];
            string indent = Indent(names.Length - 1);
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

    /// <summary>What no key can say is shown beside the keys.</summary>
    private static void AppendVariables(StringBuilder text, ExporterConfiguration configuration)
    {
        foreach (string variable in configuration.Otlp.Variables) text.Append("  # ").Append(Telemetry.Text.Quoting.Cap(variable, 300)).Append('\n');
    }

    private static string Indent(int depth) => new(' ', 2 * depth);
}
