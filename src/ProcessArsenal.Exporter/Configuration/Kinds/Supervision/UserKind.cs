using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Supervision;

/// <summary>A user of this host, by name or number. Whether there is one is seen when a child is started: he may be made after us.</summary>
internal sealed class UserKind : ScalarKind<string>
{
    public override string Expected => "a user's name or number, such as app";

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return SpecCheck.IsName(text);
    }

    public override string Format(string value) => YamlText.Quote(value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("type");
        json.WriteStringValue("string");
        json.WriteStringValue("integer");
        json.WriteEndArray();
    }

    public override void WriteJson(Utf8JsonWriter json, string value) => json.WriteStringValue(value);
}
