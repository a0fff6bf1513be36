using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Policies;

/// <summary>What a recording is for: a preset, or a provider of events.</summary>
internal sealed class PresetKind : ScalarKind<string>
{
    private static readonly string[] Names = [.. TraceOrder.Presets.Select(static preset => preset.Name)];

    public override string Expected => $"one of {string.Join(", ", Names)}, or a provider as NAME:KEYWORDS:LEVEL";

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return TraceOrder.IsKnown(text);
    }

    protected override string? Hint(string text) => MeantWord.Hint(text, Names);

    public override string Format(string value) => YamlText.Quote(value);

    public override void WriteSchema(Utf8JsonWriter json) => json.WriteString("type", "string");

    public override void WriteJson(Utf8JsonWriter json, string value) => json.WriteStringValue(value);
}

/// <summary>What a dump is of.</summary>
internal sealed class DumpTypeKind : ScalarKind<string>
{
    private static readonly string[] Names = [.. DumpOrder.Types.Select(static type => type.Name)];

    public override string Expected => $"one of {string.Join(", ", Names)}";

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return Names.Contains(text);
    }

    protected override string? Hint(string text) => MeantWord.Hint(text, Names);

    public override string Format(string value) => YamlText.Quote(value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("enum");
        foreach (string name in Names) json.WriteStringValue(name);
        json.WriteEndArray();
    }

    public override void WriteJson(Utf8JsonWriter json, string value) => json.WriteStringValue(value);
}
