using System.Collections.Immutable;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Redaction;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Supervision;

/// <summary>Variables of an environment. A value is shown only where the name is known to be harmless, as those of processes are.</summary>
internal sealed class EnvironmentKind : ValueKind<ImmutableSortedDictionary<string, string>>
{
    private const string Mask = "***";

    private static readonly ImmutableSortedDictionary<string, string> None = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public override bool TryBind(YamlNode node, string path, BindContext context, out ImmutableSortedDictionary<string, string> value)
    {
        value = None;
        if (node is not YamlMapping mapping)
        {
            ReportKind(node, path, "a mapping of names to values such as {LANG: C.UTF-8}", context);
            return false;
        }
        int before = context.Errors.Count;
        ImmutableSortedDictionary<string, string>.Builder variables = None.ToBuilder();
        foreach ((YamlScalar name, YamlNode given) in mapping.Entries)
        {
            if (name.Text.Length == 0 || name.Text.Contains('=', StringComparison.Ordinal) || SpecText.Error(name.Text) is not null) context.Error(name, $"'{path}': '{Quoting.Cap(name.Text)}' is no name of a variable: it has no '=' and no NUL, and is not empty.");
            else if (SpecText.Read(given, $"{path}.{Quoting.Cap(name.Text)}", context) is { } text) variables[name.Text] = text;
        }
        value = variables.ToImmutable();
        return context.Errors.Count == before;
    }

    public override string Format(ImmutableSortedDictionary<string, string> value) =>
        $"{{{string.Join(", ", value.Select(static variable => $"{YamlText.Quote(variable.Key)}: {YamlText.Quote(EnvironmentRedaction.Show(variable.Key, variable.Value) ?? Mask)}"))}}}";

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("additionalProperties");
        SpecText.WriteSchema(json);
        json.WriteEndObject();
    }

    public override void WriteJson(Utf8JsonWriter json, ImmutableSortedDictionary<string, string> value)
    {
        json.WriteStartObject();
        json.WriteEndObject();
    }
}
