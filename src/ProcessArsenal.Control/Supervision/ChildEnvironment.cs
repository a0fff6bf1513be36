namespace ProcessArsenal.Control.Supervision;

/// <summary>What a child finds in its environment. Ours is not handed on as a whole: it holds our own tokens, and what systemd tells us alone.</summary>
public static class ChildEnvironment
{
    /// <summary>The variables that a child inherits from us; those that begin with <c>LC_</c> too.</summary>
    public static readonly IReadOnlyList<string> Kept = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR", "DOTNET_ROOT", "SSL_CERT_FILE", "SSL_CERT_DIR"];

    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>That of a child, each KEY=value.</summary>
    /// <param name="account">Whom it runs as, if not as we do.</param>
    internal static IReadOnlyDictionary<string, string> Of(ChildSpec child, UserAccount? account)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = DefaultPath };
        foreach (System.Collections.DictionaryEntry own in Environment.GetEnvironmentVariables())
            if (own is { Key: string key, Value: string value } && (Kept.Contains(key) || key.StartsWith("LC_", StringComparison.Ordinal))) variables[key] = value;
        if (account is not null)
        {
            (variables["USER"], variables["LOGNAME"], variables["HOME"]) = (account.Name, account.Name, account.Home);
            variables.Remove("SHELL");
        }
        foreach ((string key, string value) in child.Environment) variables[key] = value;
        return variables;
    }

    /// <summary>Where a program is, by the child's own PATH.</summary>
    /// <returns>Null if it is nowhere there. One with a slash is taken as it is.</returns>
    internal static string? Find(string program, string path)
    {
        if (program.Contains('/', StringComparison.Ordinal)) return program;
        return path.Split(':').Where(Path.IsPathRooted).Select(directory => Path.Join(directory, program)).FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string file)
    {
        const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(file) && (File.GetUnixFileMode(file) & Execute) != 0;
    }
}
