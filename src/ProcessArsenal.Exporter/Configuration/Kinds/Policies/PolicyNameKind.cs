using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Policies;

/// <summary>The name of a policy: it is part of keys, of metrics and of URLs.</summary>
internal sealed class PolicyNameKind : ScalarKind<string>
{
    public override string Expected => $"a name of 1 to {SpecCheck.LongestName} letters, digits, '-', '_' and '.', such as memory_leak_recovery";

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return SpecCheck.IsName(text);
    }

    public override string Format(string value) => YamlText.Quote(value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", FormattableString.Invariant($"^[A-Za-z0-9_][A-Za-z0-9_.-]{{0,{SpecCheck.LongestName - 1}}}$"));
    }

    public override void WriteJson(Utf8JsonWriter json, string value) => json.WriteStringValue(value);
}
