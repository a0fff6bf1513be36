using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>Labels by which Prometheus knows this host.</summary>
internal sealed class HostLabelsKind : ValueKind<ImmutableSortedDictionary<string, string>>
{
    private const int Most = 16;

    public override bool TryBind(YamlNode node, string path, BindContext context, out ImmutableSortedDictionary<string, string> value)
    {
        value = AlertmanagerSettings.NoLabels;
        if (node is not YamlMapping mapping)
        {
            ReportKind(node, path, "a mapping of names to values such as {instance: \"web-1:9464\"}", context);
            return false;
        }
        int before = context.Errors.Count;
        if (mapping.Entries.Count > Most) context.Error(node, string.Create(CultureInfo.InvariantCulture, $"'{path}' must have at most {Most} labels, not {mapping.Entries.Count}."));
        ImmutableSortedDictionary<string, string>.Builder labels = value.ToBuilder();
        foreach ((YamlScalar name, YamlNode given) in mapping.Entries)
        {
            if (name.Text.Length is 0 or > AlertmanagerMessage.LongestName) context.Error(name, string.Create(CultureInfo.InvariantCulture, $"'{path}': the name of a label has 1 to {AlertmanagerMessage.LongestName} characters."));
            else if (given is not YamlScalar { IsNull: false } scalar) ReportKind(given, $"{path}.{Quoting.Cap(name.Text)}", "a text", context);
            // To Prometheus a label without a value is none.
            else if (scalar.Text.Length is 0 or > AlertmanagerMessage.LongestValue) context.Error(scalar, string.Create(CultureInfo.InvariantCulture, $"'{path}.{Quoting.Cap(name.Text)}' must have 1 to {AlertmanagerMessage.LongestValue} characters."));
            else labels[name.Text] = scalar.Text;
        }
        value = labels.ToImmutable();
        return context.Errors.Count == before;
    }

    public override string Format(ImmutableSortedDictionary<string, string> value) =>
        $"{{{string.Join(", ", value.Select(static label => $"{YamlText.Quote(label.Key)}: {YamlText.Quote(label.Value)}"))}}}";

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        json.WriteNumber("maxProperties", Most);
        json.WriteStartObject("additionalProperties");
        json.WriteString("type", "string");
        json.WriteNumber("minLength", 1);
        json.WriteNumber("maxLength", AlertmanagerMessage.LongestValue);
        json.WriteEndObject();
    }

    public override void WriteJson(Utf8JsonWriter json, ImmutableSortedDictionary<string, string> value)
    {
        json.WriteStartObject();
        foreach ((string name, string text) in value) json.WriteString(name, text);
        json.WriteEndObject();
    }
}
