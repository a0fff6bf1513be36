using System.Collections.Immutable;
using System.Globalization;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>Reads one group rule.</summary>
internal sealed class GroupRuleBinder(YamlMapping mapping, string path, BindContext context)
{
    /// <summary>Where the compiler's complaints belong, by its own keys (<c>cmdline[0]</c>).</summary>
    private readonly Dictionary<string, YamlNode> _places = new(StringComparer.Ordinal);

    /// <summary>Null if anything is wrong, and then all of it is reported.</summary>
    public GroupRule? Bind()
    {
        int before = context.Errors.Count;
        var options = new GroupRuleOptions();
        // A cmdline that could not be read may have had the captures that a template asks for.
        bool cmdlineComplete = true;
        foreach ((YamlScalar key, YamlNode value) in mapping.Entries)
        {
            int errors = context.Errors.Count;
            switch (Array.Find(GroupRuleKey.All, known => known.Name == key.Text))
            {
                case null:
                    Unknown(key);
                    break;
                case { Shape: GroupRuleShape.Text } known:
                    options = options with { Name = Text(value, known.Name) };
                    break;
                case { Shape: GroupRuleShape.List } known:
                    options = With(options, known.Name, List(value, known));
                    break;
                default:
                    options = options with { Labels = Labels(value) };
                    break;
            }
            if (key.Text == "cmdline") cmdlineComplete = value is not YamlRefused && context.Errors.Count == errors;
        }
        var wrong = new List<GroupRuleError>();
        GroupRule? rule = GroupRule.Compile(options, wrong, cmdlineComplete);
        foreach (GroupRuleError error in wrong)
            context.Error(_places.GetValueOrDefault(error.Key, mapping), $"'{path}.{error.Key}': {error.Message}");
        return context.Errors.Count == before ? rule : null;
    }

    private void Unknown(YamlScalar key)
    {
        string? nearest = NearestName.Find(key.Text, GroupRuleKey.All.Select(known => known.Name));
        context.Error(key, $"unknown key '{Quoting.Cap(key.Text)}' in '{path}'"
            + (nearest is null
                ? $": there are {string.Join(", ", GroupRuleKey.All.Select(known => known.Name))}." : $": did you mean '{nearest}'?"));
    }

    private string? Text(YamlNode node, string key)
    {
        _places[key] = node;
        if (node is YamlScalar { IsNull: false } scalar) return scalar.Text;
        Report(node, key, "text");
        return null;
    }

    private ImmutableArray<string> List(YamlNode node, GroupRuleKey key)
    {
        // A selector without entries would select everything, which nobody means.
        if (node is not YamlSequence { Items.Count: > 0 } sequence)
        {
            if (node is YamlSequence) context.Error(node, $"'{path}.{key.Name}' is empty: name at least one, or remove the key.");
            else Report(node, key.Name, $"a list such as {key.Example}");
            return [];
        }
        var entries = ImmutableArray.CreateBuilder<string>();
        for (int i = 0; i < sequence.Items.Count; i++)
            if (Text(sequence.Items[i], string.Create(CultureInfo.InvariantCulture, $"{key.Name}[{i}]")) is { } text) entries.Add(text);
        return entries.ToImmutable();
    }

    private ImmutableSortedDictionary<string, string> Labels(YamlNode node)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (node is not YamlMapping mapping)
        {
            Report(node, "labels", "a mapping of names to values such as {team: web}");
            return labels.ToImmutable();
        }
        foreach ((YamlScalar key, YamlNode value) in mapping.Entries)
        {
            string? wrong = GroupLabels.Check(key.Text);
            if (wrong is not null) context.Error(key, $"'{path}.labels': {wrong}");
            if (Text(value, $"labels.{key.Text}") is { } text && wrong is null) labels[key.Text] = text;
        }
        return labels.ToImmutable();
    }

    private void Report(YamlNode node, string key, string expected)
    {
        if (node is YamlScalar { IsNull: true }) context.Error(node, $"'{path}.{key}' has no value: give it one, or remove it.");
        else context.Error(node, $"'{path}.{key}' must be {expected}, not {node.Kind}.");
    }

    private static GroupRuleOptions With(GroupRuleOptions options, string key, ImmutableArray<string> entries) => key switch
    {
        "comm" => options with { Comm = entries },
        "exe" => options with { Exe = entries },
        "cmdline" => options with { Cmdline = entries },
        "unit" => options with { Unit = entries },
        "user" => options with { User = entries },
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "A key of a rule without a place in its options."),
    };
}
