using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Kinds;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>One thing that can be set, described once for all that needs it: the binder, environment variables, flags and their help,
/// the JSON Schema, <c>config show</c>.</summary>
internal abstract class ConfigurationKey
{
    public const string EnvironmentPrefix = "ARSENAL_";

    /// <summary>Names joined by dots: <c>listen.metrics</c>.</summary>
    public required string Path { get; init; }

    /// <summary>What it is for, with units.</summary>
    public required string Help { get; init; }

    /// <summary>A value, as YAML.</summary>
    public required string Example { get; init; }

    /// <summary>The flag that sets it too; null if there is none.</summary>
    public string? Flag { get; init; }

    /// <summary>The flag's value in help.</summary>
    public string FlagValue { get; init; } = "value";

    /// <summary>The default in words, where it depends on the host; null to show the value.</summary>
    public string? DefaultInWords { get; init; }

    /// <summary>The variable that sets it too: <c>ARSENAL_LISTEN__METRICS</c>.</summary>
    public string EnvironmentVariable => EnvironmentPrefix + Path.Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Whether a variable or flag holds YAML rather than the bare value.</summary>
    public abstract bool IsList { get; }

    /// <summary>The variable of OpenTelemetry that sets it too, where nothing of ours does; null if there is none.</summary>
    public string? StandardVariable { get; init; }

    /// <summary>The default for help.</summary>
    public string DefaultText => DefaultInWords ?? Format(new ExporterConfiguration());

    /// <summary>Whether the value is a path, which a flag may give relative to the working directory.</summary>
    public abstract bool IsPath { get; }

    /// <summary>Reads a value and returns the configuration with it; null if it is wrong, which is then reported.</summary>
    public abstract ExporterConfiguration? TrySet(YamlNode node, BindContext context, ExporterConfiguration configuration);

    public abstract string Format(ExporterConfiguration configuration);

    public abstract IReadOnlyList<string>? FormatItems(ExporterConfiguration configuration);

    /// <summary>Writes the schema of the value: an object.</summary>
    public abstract void WriteSchema(Utf8JsonWriter json);
}

/// <inheritdoc/>
internal sealed class ConfigurationKey<T>(
    ValueKind<T> kind, Func<ExporterConfiguration, T> get, Func<ExporterConfiguration, T, ExporterConfiguration> set) : ConfigurationKey
{
    public override bool IsList => !kind.IsText;

    public override bool IsPath => kind.IsPath;

    public override ExporterConfiguration? TrySet(YamlNode node, BindContext context, ExporterConfiguration configuration) =>
        kind.TryBind(node, Path, context, out T? value) ? set(configuration, value) : null;

    public override string Format(ExporterConfiguration configuration) => kind.Format(get(configuration));

    public override IReadOnlyList<string>? FormatItems(ExporterConfiguration configuration) => kind.FormatItems(get(configuration));

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        string range = kind is ScalarKind<T> scalar && kind is DurationKind ? $" Must be {scalar.Expected}." : "";
        string standard = StandardVariable is null ? "" : $" Without it {StandardVariable} counts.";
        json.WriteString("description",
            $"{Help}{range}{standard} Example: {Example}{(DefaultInWords is null ? "" : $" Default: {DefaultInWords}.")}");
        kind.WriteSchema(json);
        if (DefaultInWords is null)
        {
            json.WritePropertyName("default");
            kind.WriteJson(json, get(new ExporterConfiguration()));
        }
        json.WriteEndObject();
    }
}
