using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>A kind of value: how it is read, checked, written and described.</summary>
internal abstract class ValueKind<T>
{
    /// <summary>Whether a variable or flag holds the bare value rather than YAML.</summary>
    public virtual bool IsText => false;

    /// <summary>Whether the value is a path, which a flag may give relative to the working directory.</summary>
    public virtual bool IsPath => false;

    /// <summary>Reads a value; reports every error there is in it.</summary>
    /// <param name="path">The key, for messages.</param>
    public abstract bool TryBind(YamlNode node, string path, BindContext context, [MaybeNullWhen(false)] out T value);

    /// <summary>The value as one line of YAML.</summary>
    public abstract string Format(T value);

    /// <summary>The values of a list, a line each; null for what is no list, or is empty.</summary>
    public virtual IReadOnlyList<string>? FormatItems(T value) => null;

    /// <summary>Writes the members of the JSON Schema that describe the value.</summary>
    public abstract void WriteSchema(Utf8JsonWriter json);

    /// <summary>Writes a value as JSON, for the schema's default.</summary>
    public abstract void WriteJson(Utf8JsonWriter json, T value);

    protected static void ReportKind(YamlNode node, string path, string expected, BindContext context)
    {
        if (node is YamlScalar { IsNull: true }) context.Error(node, $"'{path}' has no value: give it one, or remove it.");
        else context.Error(node, $"'{path}' must be {expected}, not {node.Kind}.");
    }
}
