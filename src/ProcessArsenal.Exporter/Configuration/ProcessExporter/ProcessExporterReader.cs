using System.Collections.Immutable;
using System.Globalization;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Grouping;

namespace ProcessArsenal.Exporter.Configuration.ProcessExporter;

/// <summary>Reads the configuration of process-exporter: a list of rules under <c>process_names</c>. What that program accepts is accepted, keys that
/// it does not know included: it passes over them. What it refuses is an error, and so are templates beyond plain variables.</summary>
internal static class ProcessExporterReader
{
    private const string Root = "process_names";

    /// <returns>Only complete if no error was reported.</returns>
    public static ImmutableArray<GroupRule> Read(string text, BindContext context)
    {
        int before = context.Errors.Count;
        YamlNode? root = YamlReader.Read(text, context, tolerant: true);
        if (context.Errors.Count > before || root is null or YamlScalar { IsNull: true }) return [];
        if (root is not YamlMapping mapping)
        {
            context.Error(root, $"a configuration of process-exporter begins with '{Root}:', and this is {root.Kind}: is it the right file?");
            return [];
        }
        foreach ((YamlScalar key, YamlNode value) in mapping.Entries)
            if (key.Text == Root) return Rules(value, context);
        return [];
    }

    private static ImmutableArray<GroupRule> Rules(YamlNode node, BindContext context)
    {
        if (node is YamlScalar { IsNull: true }) return [];
        if (node is not YamlSequence sequence)
        {
            context.Error(node, $"'{Root}' must be a list of rules such as [{{comm: [bash]}}], not {node.Kind}.");
            return [];
        }
        var rules = ImmutableArray.CreateBuilder<GroupRule>();
        for (int i = 0; i < sequence.Items.Count; i++)
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"{Root}[{i}]");
            if (sequence.Items[i] is not YamlMapping rule)
                context.Error(sequence.Items[i], $"'{path}' must be a rule such as {{comm: [bash]}}, not {sequence.Items[i].Kind}.");
            else if (new ProcessExporterRuleBinder(rule, path, context).Bind() is { } bound) rules.Add(bound);
        }
        return rules.ToImmutable();
    }
}
