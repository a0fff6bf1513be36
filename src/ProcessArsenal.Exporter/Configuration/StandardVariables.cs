using System.Globalization;
using ProcessArsenal.Exporter.Configuration.Kinds;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>The variables that programs with OpenTelemetry have in common
/// (<see href="https://opentelemetry.io/docs/specs/otel/protocol/exporter/"/>). They count where neither a file, nor a variable of ours, nor a flag says
/// anything. One without a value is as none, as the specification wants it, and so is one with a value that is of no use to us: it may be meant for others.
/// </summary>
/// <param name="unusable">Told of those.</param>
internal sealed class StandardVariables(IReadOnlyDictionary<string, string> environment, Dictionary<string, string> origins, ErrorList unusable)
{
    private const string Prefix = "OTEL_EXPORTER_OTLP_";

    /// <summary>The specification: an endpoint of one signal is used as it is.</summary>
    private static readonly ConfigurationKey<Uri?> EndpointOfSignal = new(new ReceiverUrlKind("http://localhost:4318/v1/traces", isOfSignal: true),
        c => c.Otlp.Receiver.Endpoint, (c, v) => c.WithReceiver(r => r with { Endpoint = v, IsWhole = true }))
    {
        Path = "otlp.endpoint",
        Help = "Of one signal.",
        Example = "http://localhost:4318/v1/traces",
    };

    /// <summary>By the specification, and as SDKs have them.</summary>
    private static readonly string[] Exporters = ["otlp", "none", "console", "logging", "prometheus", "zipkin", "jaeger"];

    private const string Disabled = "OTEL_SDK_DISABLED";

    private readonly List<string> _shown = [];

    /// <summary>Whether where a setting comes from is a variable of OpenTelemetry.</summary>
    public static bool IsName(string origin) => origin.StartsWith("OTEL_", StringComparison.Ordinal);

    /// <summary>Whether it is a line of <see cref="OtlpSettings.Variables"/> that has something not sent.</summary>
    public static bool IsSwitch(string shown) => shown.StartsWith(Disabled, StringComparison.Ordinal) || (IsName(shown) && shown.Contains("_EXPORTER=", StringComparison.Ordinal));

    public ExporterConfiguration Bind(ExporterConfiguration configuration)
    {
        foreach (ConfigurationKey key in ConfigurationCatalogue.Keys)
            if (key.StandardVariable is { } name && origins[key.Path] == "default" && Value(name) is { } value && Set(key, name, value, configuration) is { } changed)
            {
                configuration = changed;
                origins[key.Path] = name;
            }
        if (Headers(Prefix + "HEADERS", configuration.Otlp.Receiver) is { } common) configuration = configuration.WithReceiver(_ => common);
        bool allOff = Value(Disabled) is { } disabled && disabled.Equals("true", StringComparison.OrdinalIgnoreCase);
        if (allOff) _shown.Add($"{Disabled}=true");
        OtlpReceiverSettings? traces = OfSignal("TRACES", configuration, allOff), metrics = OfSignal("METRICS", configuration, allOff);
        return configuration with { Otlp = configuration.Otlp with { Traces = traces, Metrics = metrics, Variables = [.. _shown] } };
    }

    /// <returns>Null if it is as for all signals.</returns>
    private OtlpReceiverSettings? OfSignal(string signal, ExporterConfiguration configuration, bool allOff)
    {
        OtlpReceiverSettings before = configuration.Otlp.Receiver;
        foreach (ConfigurationKey key in ConfigurationCatalogue.Keys)
        {
            if (key.StandardVariable is not { } common || !common.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            string name = $"{Prefix}{signal}_{common[Prefix.Length..]}";
            if (Value(name) is not { } value || (origins[key.Path] != "default" && origins[key.Path] != common)) continue;
            if (Set(key.Path == EndpointOfSignal.Path ? EndpointOfSignal : key, name, value, configuration) is not { } changed) continue;
            configuration = changed;
            _shown.Add($"{name}={key.Format(changed)}");
        }
        OtlpReceiverSettings settings = configuration.Otlp.Receiver;
        settings = Headers($"{Prefix}{signal}_HEADERS", settings) ?? settings;
        string exporter = $"OTEL_{signal}_EXPORTER";
        bool off = Value(exporter) is { } exporters && IsOff(exporter, Names(exporters));
        if (off) _shown.Add($"{exporter}={Value(exporter)}: {(signal == "TRACES" ? "no spans" : "no metrics")} are sent");
        settings = settings with { IsOff = off || allOff };
        return settings == before ? null : settings;
    }

    /// <summary>Whether all of them are others than ours. One that nobody knows is no reason to send nothing.</summary>
    private bool IsOff(string variable, string[] exporters)
    {
        if (exporters.Contains("otlp", StringComparer.OrdinalIgnoreCase)) return false;
        if (Array.Find(exporters, static name => !Exporters.Contains(name, StringComparer.OrdinalIgnoreCase)) is not { } unknown) return true;
        unusable.Add(new ConfigurationError(variable, 0, 0, $"must be otlp, none or another exporter ({string.Join(", ", Exporters.Except(["otlp", "none"]))}), not '{Telemetry.Text.Quoting.Cap(unknown)}'."));
        return false;
    }

    /// <summary>A list of exporters (<see href="https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#exporter-selection"/>); of
    /// all that there are, ours is otlp.</summary>
    private static string[] Names(string exporters) => exporters.Split(',', StringSplitOptions.TrimEntries);

    private OtlpReceiverSettings? Headers(string name, OtlpReceiverSettings settings)
    {
        if (Value(name) is not { } value) return null;
        IReadOnlyList<KeyValuePair<string, string>> headers = HeaderText.ParsePairs(value, out string? wrong);
        if (wrong is not null) unusable.Add(new ConfigurationError(name, 0, 0, $"must be name=value,name=value: {wrong}"));
        if (headers.Count == 0) return null;
        _shown.Add($"{name}=(secret)");
        return settings with { Headers = [.. headers] };
    }

    private ExporterConfiguration? Set(ConfigurationKey key, string name, string value, ExporterConfiguration configuration)
    {
        if (name.EndsWith("_TIMEOUT", StringComparison.Ordinal) || name.EndsWith("_INTERVAL", StringComparison.Ordinal))
        {
            if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds))
            {
                unusable.Add(new ConfigurationError(name, 0, 0, $"must be a whole number of milliseconds, not '{Telemetry.Text.Quoting.Cap(value)}'."));
                return null;
            }
            value = string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
        }
        return key.TrySet(YamlScalar.Of(value), new BindContext(name, HasLines: false, unusable), configuration);
    }

    private string? Value(string name) => environment.GetValueOrDefault(name)?.Trim() is { Length: > 0 } value ? value : null;
}
