using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Grouping;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>The list of group rules.</summary>
internal sealed class GroupRulesKind : ValueKind<ImmutableArray<GroupRule>>
{
    public override bool TryBind(YamlNode node, string path, BindContext context, out ImmutableArray<GroupRule> value)
    {
        value = [];
        if (node is not YamlSequence sequence)
        {
            ReportKind(node, path, "a list of rules such as [{exe: [nginx]}]", context);
            return false;
        }
        int before = context.Errors.Count;
        var rules = ImmutableArray.CreateBuilder<GroupRule>();
        for (int i = 0; i < sequence.Items.Count; i++)
        {
            string item = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (sequence.Items[i] is not YamlMapping mapping) ReportKind(sequence.Items[i], item, "a rule such as {exe: [nginx]}", context);
            else if (new GroupRuleBinder(mapping, item, context).Bind() is { } rule) rules.Add(rule);
        }
        value = rules.ToImmutable();
        return context.Errors.Count == before;
    }

    public override string Format(ImmutableArray<GroupRule> value) => YamlText.List(value.Select(rule => Format(rule.Options)));

    public override IReadOnlyList<string>? FormatItems(ImmutableArray<GroupRule> value) =>
        value.IsEmpty ? null : [.. value.Select(rule => Format(rule.Options))];

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "array");
        json.WriteStartObject("items");
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        json.WriteStartObject("properties");
        foreach (GroupRuleKey key in GroupRuleKey.All)
        {
            json.WriteStartObject(key.Name);
            json.WriteString("description", $"{key.Help} Example: {key.Example}");
            WriteShape(json, key.Shape);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // Rules are never a default.
    public override void WriteJson(Utf8JsonWriter json, ImmutableArray<GroupRule> value)
    {
        json.WriteStartArray();
        json.WriteEndArray();
    }

    private static void WriteShape(Utf8JsonWriter json, GroupRuleShape shape)
    {
        switch (shape)
        {
            case GroupRuleShape.Text:
                WriteText(json);
                break;
            case GroupRuleShape.List:
                json.WriteString("type", "array");
                json.WriteNumber("minItems", 1);
                json.WriteStartObject("items");
                WriteText(json);
                json.WriteEndObject();
                break;
            case GroupRuleShape.Labels:
                json.WriteString("type", "object");
                json.WriteStartObject("propertyNames");
                json.WriteString("pattern", "^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$");
                json.WriteStartObject("not");
                json.WriteStartArray("enum");
                foreach (string reserved in GroupLabels.Reserved) json.WriteStringValue(reserved);
                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteStartObject("additionalProperties");
                WriteText(json);
                json.WriteEndObject();
                break;
        }
    }

    // YAML without quotes makes a number of 80 and a boolean of true; here they are text.
    private static void WriteText(Utf8JsonWriter json)
    {
        json.WriteStartArray("type");
        json.WriteStringValue("string");
        json.WriteStringValue("number");
        json.WriteStringValue("boolean");
        json.WriteEndArray();
    }

    private static string Format(GroupRuleOptions options)
    {
        var entries = new List<string>();
        if (options.Name is not null) entries.Add($"name: {YamlText.Quote(options.Name)}");
        Add("comm", options.Comm);
        Add("exe", options.Exe);
        Add("cmdline", options.Cmdline);
        Add("unit", options.Unit);
        Add("user", options.User);
        IEnumerable<string> labels = options.Labels.Select(label => $"{YamlText.Quote(label.Key)}: {YamlText.Quote(label.Value)}");
        if (!options.Labels.IsEmpty) entries.Add($"labels: {{{string.Join(", ", labels)}}}");
        return $"{{{string.Join(", ", entries)}}}";

        void Add(string key, ImmutableArray<string> values)
        {
            if (!values.IsEmpty) entries.Add($"{key}: {YamlText.List(values.Select(YamlText.Quote))}");
        }
    }
}
