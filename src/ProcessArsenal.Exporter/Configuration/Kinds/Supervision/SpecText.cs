using System.Text.Json;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Supervision;

/// <summary>Text that a child is given as it is: an argument, or the value of a variable. Never shown in an error: it may be a secret.</summary>
internal static class SpecText
{
    /// <returns>Null if it is none, and then it is reported.</returns>
    public static string? Read(YamlNode node, string path, BindContext context)
    {
        if (node is not YamlScalar { IsNull: false } scalar)
        {
            if (node is YamlScalar) context.Error(node, $"'{path}' has no value: give it one ('' for an empty one), or remove it.");
            else context.Error(node, $"'{path}' must be text, not {node.Kind}.");
            return null;
        }
        if (Error(scalar.Text) is not { } wrong) return scalar.Text;
        context.Error(node, $"'{path}' {wrong}.");
        return null;
    }

    public static string? Error(string text) =>
        text.Contains('\0', StringComparison.Ordinal) ? "has a NUL, which no program can be given" : text.Length > SpecCheck.MostTextLength ? FormattableString.Invariant($"is longer than {SpecCheck.MostTextLength} characters") : null;

    // YAML without quotes makes a number of 80 and a boolean of true; here they are text.
    public static void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("type");
        json.WriteStringValue("string");
        json.WriteStringValue("number");
        json.WriteStringValue("boolean");
        json.WriteEndArray();
    }
}
