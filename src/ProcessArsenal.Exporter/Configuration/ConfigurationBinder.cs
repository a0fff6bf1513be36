using System.Globalization;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>Applies one source after another to a configuration, and remembers where each value came from.</summary>
internal sealed class ConfigurationBinder(ExporterConfiguration initial, ErrorList errors)
{
    /// <summary>What has been bound so far; complete only if there are no errors.</summary>
    public ExporterConfiguration Configuration { get; private set; } = initial;

    public Dictionary<string, string> Origins { get; } = ConfigurationCatalogue.Keys.ToDictionary(key => key.Path, _ => "default");

    /// <summary>Other files that were read, or should have been: a change of one is a change of the configuration.</summary>
    public List<string> Included { get; } = [];

    public void BindFile(string text, string path)
    {
        var context = new BindContext(path, HasLines: true, errors) { Included = Included };
        if (YamlReader.Read(text, context) is { } root) BindSection(root, "", context);
        errors.SortByPosition(path);
    }

    public void BindEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        // Sorted, so that the same mistakes always read the same.
        foreach ((string name, string value) in environment.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(ConfigurationKey.EnvironmentPrefix, StringComparison.Ordinal)) continue;
            if (ConfigurationCatalogue.OtherVariables.Contains(name)) continue;
            ConfigurationKey? key = Array.Find(ConfigurationCatalogue.Keys, key => key.EnvironmentVariable == name);
            if (key is not null) BindText(key, value, name);
            else
            {
                string? nearest = NearestName.Find(
                    name, ConfigurationCatalogue.Keys
                        .Select(known => known.EnvironmentVariable).Concat(ConfigurationCatalogue.OtherVariables));
                errors.Add(new ConfigurationError(Quoting.Cap(name), 0, 0, "unknown variable: "
                    + (nearest is null
                        ? "see 'process-arsenal config schema' for the settings there are." : $"did you mean '{nearest}'?")));
            }
        }
    }

    /// <exception cref="ArgumentException">There is no such flag: a mistake of ours, as users' flags are checked before.</exception>
    public void BindFlags(IReadOnlyDictionary<string, string> flags)
    {
        foreach ((string name, string value) in flags.OrderBy(flag => flag.Key, StringComparer.Ordinal))
        {
            ConfigurationKey key = Array.Find(ConfigurationCatalogue.Keys, key => key.Flag == name)
                ?? throw new ArgumentException($"No key has the flag {name}.", nameof(flags));
            BindText(key, value, name);
        }
    }

    /// <summary>Last, though they count least: they take what is left.</summary>
    public void BindStandardVariables(IReadOnlyDictionary<string, string> environment, ErrorList unusable) =>
        Configuration = new StandardVariables(environment, Origins, unusable).Bind(Configuration);

    private void BindText(ConfigurationKey key, string text, string source)
    {
        var context = new BindContext(source, HasLines: false, errors) { Included = Included };
        int before = errors.Count;
        YamlNode? node = YamlScalar.Of(text);
        if (key.IsList)
        {
            node = YamlReader.Read(text, context) ?? YamlScalar.Of("");
            if (errors.Count > before) return;
        }
        Set(key, node, context, source);
    }

    private void BindSection(YamlNode node, string section, BindContext context)
    {
        // A section whose every line is commented out is no mistake.
        if (node is YamlScalar { IsNull: true }) return;
        if (node is not YamlMapping mapping)
        {
            context.Error(node, section.Length == 0
                ? $"settings must be 'key: value' lines, not {node.Kind}."
                : $"'{section}' must be a section of {string.Join(", ", Names(section))}, not {node.Kind}.");
            return;
        }
        foreach ((YamlScalar name, YamlNode value) in mapping.Entries)
        {
            string path = section.Length == 0 ? name.Text : $"{section}.{name.Text}";
            bool simple = !name.Text.Contains('.'); // 'listen.metrics: x' at the top is not the key of that path
            if (simple && Array.Find(ConfigurationCatalogue.Keys, key => key.Path == path) is { } key)
                Set(key, value, context, string.Create(CultureInfo.InvariantCulture, $"{context.Source}:{name.Start.Line}"));
            else if (simple && Array.Exists(ConfigurationCatalogue.Sections, known => known.Name == path))
                BindSection(value, path, context);
            else Unknown(name, section, context);
        }
    }

    private static void Unknown(YamlScalar name, string section, BindContext context)
    {
        string written = Quoting.Cap(name.Text);
        string where = section.Length == 0 ? "" : $" in '{section}'";
        string help = NearestName.Find(name.Text, Names(section)) is { } nearest ? $"did you mean '{nearest}'?"
            : Array.Exists(ConfigurationCatalogue.Keys, key => section.Length == 0 && key.Path == name.Text)
                ? $"write '{name.Text.Replace(".", ": { ", StringComparison.Ordinal)}: ... }}'."
                : Elsewhere(name.Text) is { } path ? $"did you mean '{path}'?" : $"there are {string.Join(", ", Names(section))}.";
        context.Error(name, $"unknown key '{written}'{where}: {help}");
    }

    /// <summary>The one key with that last name in another section.</summary>
    private static string? Elsewhere(string name)
    {
        string[] paths = [.. ConfigurationCatalogue.Keys
            .Select(key => key.Path).Where(path => path.EndsWith($".{name}", StringComparison.Ordinal))];
        return paths.Length == 1 ? paths[0] : null;
    }

    /// <summary>The keys and sections of a section, each once; of the top for "".</summary>
    private static IEnumerable<string> Names(string section)
    {
        string prefix = section.Length == 0 ? "" : section + ".";
        return ConfigurationCatalogue.Keys
            .Where(key => key.Path.StartsWith(prefix, StringComparison.Ordinal)).Select(key => key.Path[prefix.Length..].Split('.')[0]).Distinct();
    }

    private void Set(ConfigurationKey key, YamlNode node, BindContext context, string origin)
    {
        if (key.TrySet(node, context, Configuration) is not { } changed) return;
        Configuration = changed;
        Origins[key.Path] = origin;
    }
}
