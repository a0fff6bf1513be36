using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Redaction;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Supervision;

/// <summary>A program and its arguments. Shown without what may be a secret among them.</summary>
internal sealed class CommandKind : ValueKind<ImmutableArray<string>>
{
    public override bool TryBind(YamlNode node, string path, BindContext context, out ImmutableArray<string> value)
    {
        value = [];
        if (node is not YamlSequence { Items.Count: > 0 } sequence)
        {
            if (node is YamlSequence) context.Error(node, $"'{path}' is empty: name a program.");
            else ReportKind(node, path, "a list of a program and its arguments such as [dotnet, Orders.dll]", context);
            return false;
        }
        int before = context.Errors.Count;
        if (sequence.Items.Count > SpecCheck.MostArguments) context.Error(node, string.Create(CultureInfo.InvariantCulture, $"'{path}' must have at most {SpecCheck.MostArguments} arguments, not {sequence.Items.Count}."));
        var words = ImmutableArray.CreateBuilder<string>();
        for (int i = 0; i < sequence.Items.Count && i < SpecCheck.MostArguments; i++)
            if (SpecText.Read(sequence.Items[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), context) is { } word) words.Add(word);
        if (words.Count > 0 && words[0].Length == 0) context.Error(sequence.Items[0], $"'{path}[0]' is empty: name a program.");
        value = words.ToImmutable();
        return context.Errors.Count == before;
    }

    public override string Format(ImmutableArray<string> value) => YamlText.List(ArgumentRedaction.Hide(value).Select(YamlText.Quote));

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "array");
        json.WriteNumber("minItems", 1);
        json.WriteNumber("maxItems", SpecCheck.MostArguments);
        json.WriteStartObject("items");
        SpecText.WriteSchema(json);
        json.WriteEndObject();
    }

    public override void WriteJson(Utf8JsonWriter json, ImmutableArray<string> value)
    {
        json.WriteStartArray();
        json.WriteEndArray();
    }
}
