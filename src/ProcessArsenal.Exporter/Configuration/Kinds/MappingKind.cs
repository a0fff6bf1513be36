using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>A mapping with keys of its own, each described once for all that needs it.</summary>
/// <param name="initial">What holds where nothing is said.</param>
/// <param name="expected">What it must be, to follow "must be".</param>
internal sealed class MappingKind<T>(T initial, string expected, params MappingKey<T>[] keys) : ValueKind<T>
    where T : class
{
    public IReadOnlyList<MappingKey<T>> Keys => keys;

    public override bool TryBind(YamlNode node, string path, BindContext context, [MaybeNullWhen(false)] out T value)
    {
        value = initial;
        if (node is not YamlMapping mapping)
        {
            ReportKind(node, path, expected, context);
            return false;
        }
        int before = context.Errors.Count;
        foreach ((YamlScalar name, YamlNode given) in mapping.Entries)
        {
            if (Array.Find(keys, key => key.Name == name.Text) is { } known) value = known.Set(given, $"{path}.{known.Name}", context, value);
            else Unknown(name, path, context);
        }
        foreach (MappingKey<T> key in keys)
            if (key.IsRequired && !mapping.Entries.Exists(entry => entry.Key.Text == key.Name)) context.Error(mapping, $"'{path}' has no {key.Name}: give it one, such as {key.Name}: {key.Example}.");
        return context.Errors.Count == before;
    }

    public override string Format(T value) =>
        $"{{{string.Join(", ", keys.Select(key => key.Format(value, initial) is { } text ? $"{key.Name}: {text}" : null).OfType<string>())}}}";

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        string[] required = [.. keys.Where(static key => key.IsRequired).Select(static key => key.Name)];
        if (required.Length > 0)
        {
            json.WriteStartArray("required");
            foreach (string name in required) json.WriteStringValue(name);
            json.WriteEndArray();
        }
        json.WriteStartObject("properties");
        foreach (MappingKey<T> key in keys) key.WriteSchema(json);
        json.WriteEndObject();
    }

    // Never a default.
    public override void WriteJson(Utf8JsonWriter json, T value)
    {
        json.WriteStartObject();
        json.WriteEndObject();
    }

    private void Unknown(YamlScalar name, string path, BindContext context)
    {
        string[] names = [.. keys.Select(static key => key.Name)];
        string help = NearestName.Find(name.Text, names) is { } nearest ? $"did you mean '{nearest}'?" : $"there are {string.Join(", ", names)}.";
        context.Error(name, $"unknown key '{Quoting.Cap(name.Text)}' in '{path}': {help}");
    }
}

/// <summary>One key of a mapping.</summary>
/// <param name="Example">As YAML.</param>
internal abstract record MappingKey<T>(string Name, string Help, string Example)
{
    public bool IsRequired { get; init; }

    /// <summary>Reads a value and returns the mapping with it, or as it was if it is wrong, which is then reported.</summary>
    public abstract T Set(YamlNode node, string path, BindContext context, T mapping);

    /// <summary>The value as YAML; null if it is what holds anyway.</summary>
    public abstract string? Format(T mapping, T initial);

    /// <summary>Writes the property.</summary>
    public abstract void WriteSchema(Utf8JsonWriter json);
}

/// <inheritdoc/>
internal sealed record MappingKey<T, TValue>(string Name, ValueKind<TValue> Kind, Func<T, TValue?> Get, Func<T, TValue, T> With, string Help, string Example) : MappingKey<T>(Name, Help, Example)
{
    public override T Set(YamlNode node, string path, BindContext context, T mapping) => Kind.TryBind(node, path, context, out TValue? value) ? With(mapping, value) : mapping;

    public override string? Format(T mapping, T initial) =>
        Get(mapping) is { } value && !(EqualityComparer<TValue>.Default.Equals(value, Get(initial)) && !IsRequired) ? Kind.Format(value) : null;

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartObject(Name);
        json.WriteString("description", $"{Help}{(Kind is DurationKind duration ? $" Must be {duration.Expected}." : "")} Example: {Example}");
        Kind.WriteSchema(json);
        json.WriteEndObject();
    }
}
