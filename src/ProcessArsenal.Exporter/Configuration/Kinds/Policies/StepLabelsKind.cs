using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Policies;

/// <summary>Labels that an alert gets beside those that we give it; what they may be, <see cref="PolicyCheck"/> says.</summary>
internal sealed class StepLabelsKind : ValueKind<StepLabels>
{
    public override bool TryBind(YamlNode node, string path, BindContext context, [MaybeNullWhen(false)] out StepLabels value)
    {
        value = StepLabels.None;
        if (node is not YamlMapping mapping)
        {
            ReportKind(node, path, "a mapping of names to values such as {team: shop}", context);
            return false;
        }
        int before = context.Errors.Count;
        var labels = new List<KeyValuePair<string, string>>();
        foreach ((YamlScalar name, YamlNode given) in mapping.Entries)
        {
            if (given is YamlScalar { IsNull: false } scalar) labels.Add(KeyValuePair.Create(name.Text, scalar.Text));
            else ReportKind(given, $"{path}.{Quoting.Cap(name.Text)}", "a text", context);
        }
        value = new StepLabels(labels);
        return context.Errors.Count == before;
    }

    public override string Format(StepLabels value) => $"{{{string.Join(", ", value.All.Select(static label => $"{label.Key}: {YamlText.Quote(label.Value)}"))}}}";

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        json.WriteNumber("maxProperties", StepLabels.Most);
        json.WriteStartObject("additionalProperties");
        json.WriteStartArray("type");
        foreach (string type in (string[])["string", "number", "boolean"]) json.WriteStringValue(type);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public override void WriteJson(Utf8JsonWriter json, StepLabels value)
    {
        json.WriteStartObject();
        foreach ((string name, string text) in value.All) json.WriteString(name, text);
        json.WriteEndObject();
    }
}
