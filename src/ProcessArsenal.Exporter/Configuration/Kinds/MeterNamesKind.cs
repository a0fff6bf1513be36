using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>Names of meters. A <c>*</c> at the end stands for any rest, to runtimes since .NET 9; elsewhere in a name no runtime knows one.</summary>
internal sealed class MeterNamesKind : ValueKind<ImmutableArray<string>>
{
    private const int Most = 100, Longest = 200;

    public override bool TryBind(YamlNode node, string path, BindContext context, out ImmutableArray<string> value)
    {
        value = [];
        if (node is not YamlSequence sequence)
        {
            ReportKind(node, path, "a list of names such as [My.Shop]", context);
            return false;
        }
        int before = context.Errors.Count;
        if (sequence.Items.Count > Most) context.Error(node, $"'{path}' must have at most {Most} names, not {sequence.Items.Count}.");
        var names = ImmutableArray.CreateBuilder<string>();
        for (int i = 0; i < sequence.Items.Count && i < Most; i++)
        {
            string item = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (sequence.Items[i] is not YamlScalar { IsNull: false } scalar) ReportKind(sequence.Items[i], item, "the name of a meter such as My.Shop", context);
            else if (!IsName(scalar.Text))
                context.Error(scalar, $"'{item}' must be the name of a meter, of at most {Longest} characters without commas, semicolons, quotes and backslashes.");
            else if (scalar.Text.IndexOf('*') is >= 0 and var star && star < scalar.Text.Length - 1)
                context.Error(scalar, star, $"'{item}': a '*' stands for the rest of a name, and may only end it: write 'My.*', or the names in full.");
            else names.Add(scalar.Text);
        }
        value = names.ToImmutable();
        return context.Errors.Count == before;
    }

    public override string Format(ImmutableArray<string> value) => YamlText.List(value.Select(YamlText.Quote));

    public override IReadOnlyList<string>? FormatItems(ImmutableArray<string> value) => value.IsEmpty ? null : [.. value.Select(YamlText.Quote)];

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "array");
        json.WriteNumber("maxItems", Most);
        json.WriteStartObject("items");
        json.WriteString("type", "string");
        json.WriteNumber("minLength", 1);
        json.WriteNumber("maxLength", Longest);
        json.WriteEndObject();
    }

    public override void WriteJson(Utf8JsonWriter json, ImmutableArray<string> value)
    {
        json.WriteStartArray();
        foreach (string name in value) json.WriteStringValue(name);
        json.WriteEndArray();
    }

    // What parts names for the runtime can't be in one.
    private static bool IsName(string text) =>
        text.Length is > 0 and <= Longest && text.IndexOfAny([';', ',', '"', '\\', '=']) < 0 && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
}
