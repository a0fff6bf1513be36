using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.Kit;

/// <summary>An alert of alerts/*.yml.</summary>
internal sealed record AlertRule(string File, string Name, string Expression, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations);

/// <summary>What is in alerts/.</summary>
internal static class AlertFiles
{
    public static string Folder { get; } = Path.Join(Repository.Root, "alerts");

    /// <summary>Files of rules.</summary>
    public static string[] Rules { get; } = [.. Directory.GetFiles(Folder, "*.yml").Where(file => !file.EndsWith("alertmanager.yml", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Their cases.</summary>
    public static string[] Cases { get; } = [.. Directory.GetFiles(Path.Join(Folder, "tests"), "*.yml").Order(StringComparer.Ordinal)];

    public static AlertRule[] Alerts { get; } = [.. Rules.SelectMany(AlertsOf)];

    /// <summary>Reads a file as other programs do.</summary>
    public static YamlNode Read(string file)
    {
        var errors = new ErrorList();
        YamlNode? root = YamlReader.Read(File.ReadAllText(file), new BindContext(file, HasLines: true, errors), tolerant: true);
        Assert.True(root is not null && errors.Count == 0, string.Join('\n', errors.ToList()));
        return root;
    }

    public static YamlNode? Of(YamlNode node, string key) => ((YamlMapping)node).Entries.FirstOrDefault(entry => entry.Key.Text == key).Value;

    public static IEnumerable<YamlNode> List(YamlNode node, string key) => (Of(node, key) as YamlSequence)?.Items ?? [];

    public static string? Text(YamlNode node, string key) => (Of(node, key) as YamlScalar)?.Text;

    private static IEnumerable<AlertRule> AlertsOf(string file) =>
        from set in List(Read(file), "groups")
        from rule in List(set, "rules")
        select new AlertRule(file, Text(rule, "alert")!, Text(rule, "expr")!, Words(rule, "labels"), Words(rule, "annotations"));

    private static Dictionary<string, string> Words(YamlNode rule, string key) =>
        (Of(rule, key) as YamlMapping)?.Entries.ToDictionary(entry => entry.Key.Text, entry => ((YamlScalar)entry.Value).Text) ?? [];
}
