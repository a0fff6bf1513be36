using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>A file that is read later, or empty text for none. Absolute, so that it means the same wherever the program is started.</summary>
internal sealed class FileKind(string example) : ScalarKind<string>
{
    private const int Max = 4095; // PATH_MAX less the final NUL

    public override bool IsPath => true;

    public override string Expected => $"the absolute path of a file such as {example}, or '' for none";

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return text.Length == 0 || (text.StartsWith('/') && !text.EndsWith('/') && text.Length <= Max && !text.Contains('\0'));
    }

    public override string Format(string value) => value.Length == 0 ? "''" : YamlText.Quote(value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", "^(/.*)?$");
    }

    public override void WriteJson(Utf8JsonWriter json, string value) => json.WriteStringValue(value);
}
