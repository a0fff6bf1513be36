using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>A list of one kind of value.</summary>
/// <param name="expected">What it must be, to follow "must be".</param>
/// <param name="name">What no two may share; null: nothing.</param>
internal sealed class ListKind<T>(ValueKind<T> item, int least, int most, string expected, Func<T, string>? name = null) : ValueKind<ImmutableArray<T>>
{
    public override bool TryBind(YamlNode node, string path, BindContext context, out ImmutableArray<T> value)
    {
        value = [];
        if (node is not YamlSequence sequence)
        {
            ReportKind(node, path, expected, context);
            return false;
        }
        int before = context.Errors.Count, count = sequence.Items.Count;
        if (count < least || count > most) context.Error(node, string.Create(CultureInfo.InvariantCulture, $"'{path}' must have {least} to {most} entries, not {count}."));
        var values = ImmutableArray.CreateBuilder<T>();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < count && i < most; i++)
        {
            string at = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (!item.TryBind(sequence.Items[i], at, context, out T? one)) continue;
            values.Add(one);
            if (name is not null && !names.TryAdd(name(one), at)) context.Error(sequence.Items[i], $"'{at}': '{name(one)}' is the name of '{names[name(one)]}' already: choose another.");
        }
        value = values.ToImmutable();
        return context.Errors.Count == before;
    }

    public override string Format(ImmutableArray<T> value) => YamlText.List(value.Select(item.Format));

    public override IReadOnlyList<string>? FormatItems(ImmutableArray<T> value) => value.IsEmpty ? null : [.. value.Select(item.Format)];

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "array");
        if (least > 0) json.WriteNumber("minItems", least);
        json.WriteNumber("maxItems", most);
        json.WriteStartObject("items");
        item.WriteSchema(json);
        json.WriteEndObject();
    }

    public override void WriteJson(Utf8JsonWriter json, ImmutableArray<T> value)
    {
        json.WriteStartArray();
        foreach (T one in value) item.WriteJson(json, one);
        json.WriteEndArray();
    }
}
