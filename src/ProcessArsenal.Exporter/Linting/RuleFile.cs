using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Linting;

/// <summary>An alert, as a file of rules has it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Expression">Its PromQL.</param>
/// <param name="Labels">Those that the rule adds.</param>
internal sealed record AlertingRule(string Name, YamlScalar Expression, IReadOnlyDictionary<string, string> Labels);

/// <summary>Alerts of a file: of Prometheus (<c>groups:</c>), or of its operator in Kubernetes (<c>spec: groups:</c>).</summary>
internal sealed record RuleFile(string Path, string Text, IReadOnlyList<AlertingRule> Alerts)
{
    /// <summary>Reads a file, of a megabyte at most.</summary>
    /// <param name="errors">What is wrong with it.</param>
    public static RuleFile? Read(string path, ErrorList errors) => ConfigurationFile.Read(path, path, errors) is { } text ? Parse(path, text, errors) : null;

    internal static RuleFile? Parse(string path, string text, ErrorList errors)
    {
        var context = new BindContext(path, HasLines: true, errors);
        int before = errors.Count;
        YamlNode? root = YamlReader.Read(text, context, tolerant: true);
        if (errors.Count > before) return null;
        YamlNode? groups = Of(root, "groups") ?? Of(Of(root, "spec"), "groups");
        if (groups is not YamlSequence list)
        {
            context.Error(root?.Start ?? new Position(1, 1), "not a file of rules: there is no list 'groups' in it.");
            return null;
        }
        var alerts = new List<AlertingRule>();
        foreach (YamlNode rule in list.Items.SelectMany(static group => (Of(group, "rules") as YamlSequence)?.Items ?? []))
        {
            if (Of(rule, "alert") is not YamlScalar name) continue; // A recorded series.
            if (Of(rule, "expr") is not YamlScalar expression) context.Error(rule, $"the alert {Telemetry.Text.Quoting.Cap(name.Text)} has no 'expr'.");
            else alerts.Add(new AlertingRule(name.Text, expression, Labels(Of(rule, "labels"))));
        }
        return errors.Count > before ? null : new RuleFile(path, text, alerts);
    }

    private static YamlNode? Of(YamlNode? node, string key) => (node as YamlMapping)?.Entries.FirstOrDefault(entry => entry.Key.Text == key).Value;

    private static Dictionary<string, string> Labels(YamlNode? node)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((YamlScalar key, YamlNode value) in (node as YamlMapping)?.Entries ?? []) if (value is YamlScalar text) labels[key.Text] = text.Text;
        return labels;
    }

    /// <summary>Where the character at an offset of an expression is in the file, also of one of several lines.</summary>
    public Position Locate(YamlScalar scalar, int offset)
    {
        if (scalar.Locate(offset) is { } at) return at;
        // Whatever joins the lines of the value (blanks, line breaks), each of them is in it as it is written, one after the other.
        string[] lines = Text.Split('\n');
        int from = 0;
        Position last = scalar.Start;
        for (int number = scalar.Start.Line; number <= Math.Min(scalar.End.Line, lines.Length); number++)
        {
            string line = lines[number - 1];
            int column = number == scalar.Start.Line ? scalar.Start.Column - 1 : 0;
            string content = line[Math.Min(column, line.Length)..].Trim();
            if (content.Length == 0 || scalar.Text.IndexOf(content, from, StringComparison.Ordinal) is not (>= 0 and var found)) continue;
            int start = line.IndexOf(content, Math.Min(column, line.Length), StringComparison.Ordinal) + 1;
            if (offset < found + content.Length) return new Position(number, start + Math.Max(0, offset - found));
            from = found + content.Length;
            last = new Position(number, start + content.Length);
        }
        return last;
    }
}
