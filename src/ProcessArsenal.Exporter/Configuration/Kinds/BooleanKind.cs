using System.Text.Json;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>True or false, as the core schema of YAML 1.2 has them.</summary>
internal sealed class BooleanKind : ScalarKind<bool>
{
    public override string Expected => "true or false";

    protected override bool TryParse(string text, bool plain, out bool value)
    {
        value = text == "true";
        return plain && (value || text == "false");
    }

    protected override string? Hint(string text) => text switch
    {
        "true" or "false" => " in quotes: remove them.",
        "yes" or "on" or "True" or "TRUE" => ": did you mean 'true'?",
        "no" or "off" or "False" or "FALSE" => ": did you mean 'false'?",
        _ => null,
    };

    public override string Format(bool value) => value ? "true" : "false";

    public override void WriteSchema(Utf8JsonWriter json) => json.WriteString("type", "boolean");

    public override void WriteJson(Utf8JsonWriter json, bool value) => json.WriteBooleanValue(value);
}
