using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>A directory. Absolute, so that it means the same wherever the program is started.</summary>
internal sealed class PathKind(string example) : ScalarKind<string>
{
    private const int Max = 4095; // PATH_MAX less the final NUL

    public override bool IsPath => true;

    public override string Expected => $"an absolute path such as {example}";

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out string value)
    {
        bool good = text.StartsWith('/') && text.Length <= Max && !text.Contains('\0');
        value = !good ? null : text.Length > 1 ? text.TrimEnd('/') : text;
        if (value is { Length: 0 }) value = "/";
        return good;
    }

    public override string Format(string value) => YamlText.Quote(value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", "^/");
    }

    public override void WriteJson(Utf8JsonWriter json, string value) => json.WriteStringValue(value);
}
