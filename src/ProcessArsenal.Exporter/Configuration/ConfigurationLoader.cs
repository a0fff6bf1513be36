using ProcessArsenal.Control.Policies;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>Makes one configuration of all sources, or says everything that is wrong with them.</summary>
public static class ConfigurationLoader
{
    /// <summary>The variable that names the file, where <c>--config</c> does not.</summary>
    public const string FileVariable = "ARSENAL_CONFIG";

    /// <summary>Reads and checks. Never throws for what is in a source.</summary>
    public static ConfigurationResult Load(ConfigurationSources sources)
    {
        var errors = new ErrorList();
        var binder = new ConfigurationBinder(new ExporterConfiguration { StateDirectory = sources.DefaultStateDirectory }, errors);
        (string? file, string source) = FindFile(sources, errors);
        if (file is not null && ConfigurationFile.Read(file, source, errors) is { } text) binder.BindFile(text, file);
        binder.BindEnvironment(sources.Environment);
        binder.BindFlags(sources.Flags);
        CheckTogether(binder, errors);
        var unusable = new ErrorList();
        binder.BindStandardVariables(sources.Environment, unusable);
        return new ConfigurationResult(errors.Count == 0 ? binder.Configuration : null, errors.ToList(), file, binder.Origins)
        {
            Included = binder.Included,
            Unusable = unusable.ToList(),
        };
    }

    /// <summary>What is right by itself and not beside the rest.</summary>
    private static void CheckTogether(ConfigurationBinder binder, ErrorList errors)
    {
        ListenSettings listen = binder.Configuration.Listen;
        if (listen.Control?.Scheme == Uri.UriSchemeHttps && listen.Tls.Certificate.Length == 0)
            errors.Add(new ConfigurationError(binder.Origins["listen.control"], 0, 0, "'listen.control' is https, which takes a certificate: set listen.tls.certificate (and listen.tls.key)."));
        SamplingSettings sampling = binder.Configuration.Sampling;
        TimeSpan history = sampling.HistoryFine > sampling.HistoryCoarse ? sampling.HistoryFine : sampling.HistoryCoarse;
        foreach (PolicyError error in PolicyCheck.TooLong(binder.Configuration.Policies, history))
            errors.Add(new ConfigurationError(binder.Origins["policies"], 0, 0, $"'policies': {binder.Configuration.Policies[error.Policy].Name}: {error.Part} {error.Message}."));
        // One that only observes may be written before; what it would need then, a warning says.
        foreach (PolicyError error in NotRaised(binder.Configuration).Where(error => binder.Configuration.Policies[error.Policy].Mode.Acts()))
            errors.Add(new ConfigurationError(binder.Origins["policies"], 0, 0, $"'policies': {binder.Configuration.Policies[error.Policy].Name}: {error.Part} {error.Message}."));
    }

    /// <summary>Steps that raise alerts in vain.</summary>
    internal static IReadOnlyList<PolicyError> NotRaised(ExporterConfiguration configuration) =>
        PolicyCheck.NotRaised(configuration.Policies, !configuration.Alertmanager.Urls.IsDefaultOrEmpty, configuration.HostLabels().Keys);

    /// <summary>The file to read and who named it; null if there is none.</summary>
    private static (string? File, string Source) FindFile(ConfigurationSources sources, ErrorList errors)
    {
        if (Named(sources.File, "--config", errors, out (string?, string) found)) return found;
        if (Named(sources.Environment.GetValueOrDefault(FileVariable), FileVariable, errors, out found)) return found;
        // A dangling link or a forbidden directory also means that nothing is configured here; a file that exists must be readable.
        bool exists = File.Exists(sources.DefaultFile) || Directory.Exists(sources.DefaultFile);
        return (exists ? sources.DefaultFile : null, sources.DefaultFile);
    }

    private static bool Named(string? file, string source, ErrorList errors, out (string? File, string Source) found)
    {
        found = (file, source);
        if (file is not { Length: 0 }) return file is not null;
        errors.Add(new ConfigurationError(source, 0, 0, "has no value: name a file, or remove it."));
        found = (null, source);
        return true;
    }
}
