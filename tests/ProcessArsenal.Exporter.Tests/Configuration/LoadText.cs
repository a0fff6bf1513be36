using ProcessArsenal.Exporter.Configuration;

namespace ProcessArsenal.Exporter.Tests.Configuration;

/// <summary>Loads settings without a file system or an environment of its own, but for one temporary file.</summary>
internal static class LoadText
{
    public static ConfigurationSources None { get; } = new() { DefaultFile = "/nonexistent/config.yml", IsRoot = true };

    public static ConfigurationResult Yaml(string yaml, ConfigurationSources? others = null)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, yaml);
            ConfigurationResult result = ConfigurationLoader.Load((others ?? None) with { File = file });
            return result with { Origins = result.Origins.ToDictionary(o => o.Key, o => o.Value.Replace(file, "config.yml", StringComparison.Ordinal)) };
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Errors as printed, with the file called config.yml.</summary>
    public static string[] Errors(string yaml)
    {
        ConfigurationResult result = Yaml(yaml);
        return [.. result.Errors.Select(error => error.ToString().Replace(result.File!, "config.yml", StringComparison.Ordinal))];
    }

    public static ConfigurationResult Environment(params (string Name, string Value)[] variables) =>
        ConfigurationLoader.Load(None with { Environment = variables.ToDictionary(v => v.Name, v => v.Value) });
}
