using System.Collections;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Hosting;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>What commands need to know of the process that they run in; given, so that tests need no other process.</summary>
internal sealed record CommandContext
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the effective user is root.</summary>
    public bool IsRoot { get; init; }

    /// <summary>What relative paths in flags are relative to.</summary>
    public string WorkingDirectory { get; init; } = "/";

    public string DefaultFile { get; init; } = ConfigurationSources.SystemFile;

    /// <summary>Runs the daemon.</summary>
    public Func<ConfigurationResult, ConfigurationSources, CancellationToken, Task<int>> Serve { get; init; } = ExporterHost.ServeAsync;

    public static CommandContext OfThisProcess()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        return new CommandContext
        {
            Environment = environment,
            IsRoot = System.Environment.IsPrivilegedProcess, // geteuid() == 0
            WorkingDirectory = System.Environment.CurrentDirectory,
        };
    }
}
