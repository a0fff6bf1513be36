using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Policies;

/// <summary>A text of an alert that is raised, in one line.</summary>
/// <param name="most">Characters.</param>
internal sealed class AlertTextKind(int most, string example) : ScalarKind<string>
{
    public override string Expected => FormattableString.Invariant($"a text of 1 to {most} characters in one line, such as {example}");

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return text.Length > 0 && text.Length <= most && !text.Any(char.IsControl);
    }

    public override string Format(string value) => YamlText.Quote(value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteNumber("minLength", 1);
        json.WriteNumber("maxLength", most);
    }

    public override void WriteJson(Utf8JsonWriter json, string value) => json.WriteStringValue(value);
}

/// <summary>The name of an alert that is raised: as names of rules usually are, so that matchers and links need no quoting.</summary>
internal sealed class AlertNameKind : ScalarKind<string>
{
    public override string Expected => "a name of letters, digits and '_' that does not begin with a digit, such as QueueBacklog";

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return AlertMatch.IsName(text);
    }

    public override string Format(string value) => YamlText.Quote(value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", "^[A-Za-z_][A-Za-z0-9_]{0,127}$");
    }

    public override void WriteJson(Utf8JsonWriter json, string value) => json.WriteStringValue(value);
}
