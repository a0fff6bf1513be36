using System.CommandLine;
using ProcessArsenal.Exporter.Configuration;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>The flags that set something: <c>--config</c>, and one for each key of the catalogue that has a flag.
/// All commands share one set, so that a flag counts before a command's name as well as after it.</summary>
internal sealed class SettingsOptions
{
    private readonly CommandContext _context;
    private readonly Option<string> _config;
    private readonly List<(ConfigurationKey Key, Option<string> Option)> _settings = [];

    public SettingsOptions(CommandContext context)
    {
        _context = context;
        _config = new Option<string>("--config")
        {
            HelpName = "file",
            Description = $"YAML file to read. [environment: {ConfigurationLoader.FileVariable}; "
                + $"default: {ConfigurationSources.SystemFile} if it exists]",
        };
        foreach (ConfigurationKey key in ConfigurationCatalogue.Keys)
        {
            if (key.Flag is null) continue;
            _settings.Add((key, new Option<string>(key.Flag)
            {
                HelpName = key.FlagValue,
                Description = $"{key.Help} [environment: {key.EnvironmentVariable}; default: {key.DefaultText}]",
            }));
        }
    }

    /// <summary>Adds the flags to a command.</summary>
    /// <param name="without">A flag that the command has one of its own for.</param>
    public void AddTo(Command command, string? without = null)
    {
        command.Add(_config);
        foreach ((_, Option<string> option) in _settings)
            if (option.Name != without) command.Add(option);
    }

    /// <summary>The sources that this command line asks for.</summary>
    public ConfigurationSources Sources(ParseResult result)
    {
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((ConfigurationKey key, Option<string> option) in _settings)
            if (result.GetValue(option) is { } value) flags[key.Flag!] = key.IsPath && value.Length > 0 ? Full(value) : value;
        string? file = result.GetValue(_config);
        return new ConfigurationSources
        {
            File = file,
            DefaultFile = _context.DefaultFile,
            Environment = _context.Environment,
            Flags = flags,
            IsRoot = _context.IsRoot,
        };
    }

    /// <summary>Loads; prints all errors to standard error if there are any.</summary>
    /// <returns>Null if there are.</returns>
    public ConfigurationResult? Load(ParseResult result, out ConfigurationSources sources)
    {
        sources = Sources(result);
        ConfigurationResult loaded = ConfigurationLoader.Load(sources);
        foreach (ConfigurationError error in loaded.Errors) result.InvocationConfiguration.Error.WriteLine(error);
        return loaded.Configuration is null ? null : loaded;
    }

    // A shell user means "from here"; a file, which is read from anywhere, may not.
    private string Full(string path) => path.Contains('\0') ? path : Path.GetFullPath(path, _context.WorkingDirectory);
}
