using System.Runtime.InteropServices;
using ProcessArsenal.Exporter.Configuration;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Reads the configuration again on SIGHUP and when the file changes. A broken file changes nothing but a metric and the log.</summary>
internal sealed partial class ConfigurationReloader(
    ConfigurationResult loaded, ConfigurationSources sources, SamplingService sampling, ControlService control, PolicyService policies, OwnMetrics own, LogLevelSwitch level,
    TimeProvider time, ILogger<ConfigurationReloader> logger) : BackgroundService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _requests = new(0, 1);
    private readonly ExporterConfiguration _running = loaded.Configuration!;
    private string? _file = loaded.File;
    private readonly WatchedFiles _files = new();

    public override void Dispose()
    {
        _requests.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PosixSignalRegistration registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true; // The default is to end.
            Request();
        });
        using ITimer look = time.CreateTimer(_ => RequestIfChanged(), null, LookInterval, LookInterval);
        Watch(loaded.Included);
        try
        {
            while (true)
            {
                await _requests.WaitAsync(stoppingToken);
                _files.MarkRead();
                TryReload();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private void TryReload()
    {
        try
        {
            Reload();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException)
        {
            own.Reloaded(false);
            Log.Broken(logger, e.Message);
        }
    }

    private void Reload()
    {
        ConfigurationResult result = ConfigurationLoader.Load(sources);
        if (result.File is null && _file is not null)
        {
            // Editors and package managers move files about: that it is gone for a moment must not undo every rule.
            own.Reloaded(false);
            Log.Broken(logger, $"{_file} is gone: put it back, or restart to run without.");
            return;
        }
        _file = result.File;
        // Of a file that can't even be parsed it is not known what it would have named.
        if (result.Configuration is not null || result.Included.Count > 0) Watch(result.Included);
        own.Reloaded(result.Configuration is not null);
        if (result.Configuration is not { } configuration)
        {
            foreach (ConfigurationError error in result.Errors) Log.Broken(logger, error.ToString());
            return;
        }
        level.Level = configuration.Log.Level;
        // Nobody is asked for spans that nobody would send.
        sampling.Configure((configuration with { Otlp = _running.Otlp }).ToSamplingOptions());
        control.Configure(configuration);
        policies.Configure(configuration);
        string file = result.File ?? "no file", waiting = string.Join(", ", ConfigurationChanges.NeedRestart(_running, configuration));
        if (waiting.Length == 0) Log.Reloaded(logger, file);
        else Log.NeedsRestart(logger, file, waiting);
    }

    private void RequestIfChanged()
    {
        if (_files.HaveChanged()) Request();
    }

    private void Request()
    {
        try
        {
            _requests.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // One is waiting already, or we are stopping.
        }
    }

    private void Watch(IReadOnlyList<string> included) => _files.Watch([_file ?? sources.DefaultFile, .. included]);

    private static partial class Log
    {
        [LoggerMessage(200, LogLevel.Information, "Configuration read again ({File}); it holds from the next sample on")]
        public static partial void Reloaded(ILogger logger, string file);

        [LoggerMessage(201, LogLevel.Error, "Configuration is broken and the one before stays in force: {Error}")]
        public static partial void Broken(ILogger logger, string error);

        [LoggerMessage(202, LogLevel.Warning, "Configuration read again ({File}); it holds from the next sample on, but for {Keys}: that takes a restart")]
        public static partial void NeedsRestart(ILogger logger, string file, string keys);
    }
}
