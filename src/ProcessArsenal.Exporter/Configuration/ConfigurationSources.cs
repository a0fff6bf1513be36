namespace ProcessArsenal.Exporter.Configuration;

/// <summary>Where settings come from, in rising order of precedence: defaults, the variables of OpenTelemetry, one
/// file, the environment, flags. Nothing here or in
/// the loader asks the real process for its environment, so that tests and reloads need none.</summary>
public sealed record ConfigurationSources
{
    public const string SystemFile = "/etc/process-arsenal/config.yml";
    public const string RootStateDirectory = "/var/lib/process-arsenal";

    /// <summary>The file that <c>--config</c> names; null if it was not given.</summary>
    public string? File { get; init; }

    /// <summary>The file to read if neither <c>--config</c> nor ARSENAL_CONFIG names one. It need not exist.</summary>
    public string DefaultFile { get; init; } = SystemFile;

    /// <summary>Environment variables, all of them: those that start with ARSENAL_ are ours, and some that start with OTEL_
    /// count too: <see cref="StandardVariables"/>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Values of flags by name (<c>--interval</c>).</summary>
    public IReadOnlyDictionary<string, string> Flags { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the effective user is root.</summary>
    public bool IsRoot { get; init; }

    /// <summary>Where state goes unless told otherwise: root's place, else under XDG_STATE_HOME or the home directory
    /// (https://specifications.freedesktop.org/basedir-spec: relative values are to be ignored).</summary>
    public string DefaultStateDirectory
    {
        get
        {
            if (IsRoot) return RootStateDirectory;
            if (Absolute("XDG_STATE_HOME") is { } state) return Path.Join(state, "process-arsenal");
            return Absolute("HOME") is { } home ? Path.Join(home, ".local/state/process-arsenal") : RootStateDirectory;
        }
    }

    private string? Absolute(string variable) => Environment.GetValueOrDefault(variable) is { } path && path.StartsWith('/') ? path : null;
}
