using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Policies;

/// <summary>Labels of alerts, each with its value, or with a list of which it must have one.</summary>
internal sealed class AlertMatchKind : ValueKind<AlertMatch>
{
    public override bool TryBind(YamlNode node, string path, BindContext context, [MaybeNullWhen(false)] out AlertMatch value)
    {
        value = null;
        if (node is not YamlMapping mapping)
        {
            ReportKind(node, path, "labels such as {alertname: ProcessMemoryGrowing, severity: [warning, critical]}", context);
            return false;
        }
        int before = context.Errors.Count;
        if (mapping.Entries.Count is 0 or > AlertMatch.MostLabels) context.Error(node, string.Create(CultureInfo.InvariantCulture, $"'{path}' must have 1 to {AlertMatch.MostLabels} labels, not {mapping.Entries.Count}: without one it would be every alert."));
        var labels = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach ((YamlScalar name, YamlNode given) in mapping.Entries)
        {
            string at = $"{path}.{Quoting.Cap(name.Text)}";
            if (!AlertMatch.IsName(name.Text)) context.Error(name, $"'{path}': '{Quoting.Cap(name.Text)}' is no name of a label: it has letters, digits and '_' only, and does not begin with a digit.");
            else if (Values(given, at, context) is { } values) labels[name.Text] = values;
        }
        value = new AlertMatch(labels);
        return context.Errors.Count == before;
    }

    public override string Format(AlertMatch value) => $"{{{string.Join(", ", value.Labels.Select(static label => $"{label.Key}: {(label.Value.Count == 1 ? YamlText.Quote(label.Value[0]) : YamlText.List(label.Value.Select(YamlText.Quote)))}"))}}}";

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        json.WriteNumber("minProperties", 1);
        json.WriteStartObject("additionalProperties");
        json.WriteStartArray("type");
        foreach (string type in (string[])["string", "number", "boolean", "array"]) json.WriteStringValue(type);
        json.WriteEndArray();
        json.WriteStartObject("items");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // Never a default.
    public override void WriteJson(Utf8JsonWriter json, AlertMatch value)
    {
        json.WriteStartObject();
        json.WriteEndObject();
    }

    private static List<string>? Values(YamlNode node, string path, BindContext context)
    {
        YamlNode[] items = node is YamlSequence sequence ? [.. sequence.Items] : [node];
        if (items.Length is 0 or > AlertMatch.MostValues)
        {
            context.Error(node, string.Create(CultureInfo.InvariantCulture, $"'{path}' must have 1 to {AlertMatch.MostValues} values, not {items.Length}."));
            return null;
        }
        var values = new List<string>(items.Length);
        foreach (YamlNode item in items)
        {
            if (item is not YamlScalar { IsNull: false } scalar) context.Error(item, $"'{path}' must be text, or a list of texts ('' for no label), not {item.Kind}.");
            else if (scalar.Text.Length > AlertMatch.LongestValue) context.Error(item, string.Create(CultureInfo.InvariantCulture, $"'{path}' is longer than {AlertMatch.LongestValue} characters."));
            else if (values.Contains(scalar.Text)) context.Error(item, $"'{path}' has '{Quoting.Cap(scalar.Text)}' twice.");
            else values.Add(scalar.Text);
        }
        return values.Count == items.Length ? values : null;
    }
}
