namespace ProcessArsenal.Telemetry.Redaction;

/// <summary>Variables of a process's environment, of which most may hold secrets: the value is shown only of those whose name is known to be harmless.</summary>
public static class EnvironmentRedaction
{
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "PATH", "HOME", "LANG", "LANGUAGE", "TZ", "USER", "LOGNAME", "SHELL", "PWD", "OLDPWD", "TERM", "COLORTERM", "HOSTNAME", "SHLVL", "container", "TMPDIR", "TEMP", "TMP",
        "INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID", "NOTIFY_SOCKET", "MANAGERPID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_USEC", "WATCHDOG_PID",
        "STATE_DIRECTORY", "RUNTIME_DIRECTORY", "CACHE_DIRECTORY", "LOGS_DIRECTORY", "CONFIGURATION_DIRECTORY", "DEBIAN_FRONTEND",
        "JAVA_HOME", "JAVA_VERSION", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GODEBUG", "NODE_ENV", "NODE_VERSION", "OMP_NUM_THREADS", "RUST_LOG", "RUST_BACKTRACE", "PYTHONPATH",
        "PYTHONUNBUFFERED", "PYTHON_VERSION", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "LD_PRELOAD", "PORT", "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES",
        "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG",
    };

    private static readonly string[] HarmlessPrefixes = ["LC_", "XDG_", "DOTNET_", "COMPlus_", "ASPNETCORE_", "KUBERNETES_", "MALLOC_", "MEMORY_PRESSURE_"];

    /// <summary>The value of a variable as it may be shown; null if it may not be.</summary>
    public static string? Show(string name, string value)
    {
        bool isHarmless = Harmless.Contains(name) || Array.Exists(HarmlessPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal));
        return isHarmless && !SecretNames.IsSecret(name) ? SecretShapes.Hide(value) : null;
    }
}
