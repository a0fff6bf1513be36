using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>Where a socket is made, or <c>none</c>, which is an empty path.</summary>
internal sealed class SocketPathKind(string example) : ScalarKind<string>
{
    private const string None = "none";
    private const int Max = 107; // sun_path less the final NUL (unix(7))

    public override string Expected => $"an absolute path of at most {Max} bytes such as {example}, or {None}";

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out string value)
    {
        value = text == None ? "" : text;
        return text == None || (text.StartsWith('/') && !text.EndsWith('/') && Encoding.UTF8.GetByteCount(text) <= Max && !text.Contains('\0'));
    }

    public override string Format(string value) => value.Length == 0 ? None : YamlText.Quote(value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", $"^(/.*|{None})$");
    }

    public override void WriteJson(Utf8JsonWriter json, string value) => json.WriteStringValue(value.Length == 0 ? None : value);
}
