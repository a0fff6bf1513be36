using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>The JSON Schema (draft 2020-12) of the configuration file, for editors and for checks without us.</summary>
internal static class ConfigurationSchema
{
    /// <summary>Indented JSON with a final newline.</summary>
    public static string Write()
    {
        using var stream = new MemoryStream();
        // Read by people and in no HTML page: no need to escape < and '.
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(stream, options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", "Configuration of process-arsenal");
            WriteObject(json, "");
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length) + "\n";
    }

    private static void WriteObject(Utf8JsonWriter json, string section)
    {
        json.WriteStartArray("type");
        json.WriteStringValue("object");
        json.WriteStringValue("null"); // a section, or a file, of which every line is commented out
        json.WriteEndArray();
        json.WriteBoolean("additionalProperties", false);
        json.WriteStartObject("properties");
        var written = new HashSet<string>(StringComparer.Ordinal);
        string prefix = section.Length == 0 ? "" : section + ".";
        foreach (ConfigurationKey key in ConfigurationCatalogue.Keys)
        {
            if (!key.Path.StartsWith(prefix, StringComparison.Ordinal)) continue;
            string[] names = key.Path[prefix.Length..].Split('.');
            if (!written.Add(names[0])) continue;
            json.WritePropertyName(names[0]);
            if (names.Length == 1) key.WriteSchema(json);
            else
            {
                json.WriteStartObject();
                json.WriteString("description", Array.Find(ConfigurationCatalogue.Sections, known => known.Name == prefix + names[0]).Help);
                WriteObject(json, prefix + names[0]);
                json.WriteEndObject();
            }
        }
        json.WriteEndObject();
    }
}
