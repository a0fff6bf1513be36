using ProcessArsenal.Control;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Holds the ledger and the pipeline that all actions go through, for as long as the program runs. Without a ledger nothing is done, and seeing goes
/// on.</summary>
internal sealed partial class ControlService : IHostedService, IDisposable
{
    private readonly ILogger<ControlService> _logger;
    private readonly ControlMetrics _metrics;
    private readonly Api.LogBudget _budget;
    private ControlOptions _options;

    public ControlService(ConfigurationResult loaded, ProcFs proc, SnapshotStore store, OwnMetrics own, TimeProvider time, ILogger<ControlService> logger)
    {
        ExporterConfiguration configuration = loaded.Configuration!;
        (_logger, _options) = (logger, OptionsOf(configuration));
        string? why = configuration.Listen.Control is null ? "there is no control listener (listen.control is '')" : null;
        if (why is null)
        {
            try
            {
                Ledger = ActionLedger.Open(configuration.StateDirectory, new LedgerOptions(), time);
            }
            catch (Exception e) when (e is LedgerException or IOException or UnauthorizedAccessException)
            {
                why = e.Message;
            }
            catch (Exception e) when (e is DllNotFoundException or TypeInitializationException)
            {
                why = $"libe_sqlite3.so, which the ledger is kept by, is neither beside the program ({AppContext.BaseDirectory}) nor in /usr/lib: install it there";
            }
            if (why is not null) Log.NoLedger(logger, why);
        }
        Pipeline = new ControlPipeline(proc, store, Ledger, why, () => _options, time);
        _metrics = new ControlMetrics(own.Registry, Ledger, () => Pipeline.Paused is not null);
        _budget = new Api.LogBudget(perMinute: 2, time);
        Pipeline.Finished = _metrics.Finished;
    }

    /// <summary>Null: there is none, and the log says why.</summary>
    public ActionLedger? Ledger { get; }

    public ControlPipeline Pipeline { get; }

    /// <summary>How owners are asked to restart what they own.</summary>
    public RestartOptions Restarts { get; } = RestartSettings.Of(Environment.GetEnvironmentVariable);

    /// <summary>A request was refused since it can't be recorded.</summary>
    public void NotRecorded(string why)
    {
        _metrics.NotRecorded();
        if (_budget.Take() is { } omitted) Log.NotRecorded(_logger, why, omitted);
    }

    /// <summary>What holds from now on.</summary>
    public void Configure(ExporterConfiguration configuration) => _options = OptionsOf(configuration);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await Pipeline.CloseInterruptedAsync() is var count and > 0) Log.Interrupted(_logger, count);
        }
        catch (LedgerException e)
        {
            Log.NotClosed(_logger, e.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        Pipeline.Dispose();
        Ledger?.Dispose();
    }

    private static ControlOptions OptionsOf(ExporterConfiguration configuration) => new()
    {
        Protected = configuration.Control.Protected,
        MaxActionsPerHour = configuration.Control.MaxActionsPerHour,
    };

    private static partial class Log
    {
        [LoggerMessage(540, LogLevel.Error, "Nothing can be recorded, so no action is taken; seeing goes on: {Reason}")]
        public static partial void NoLedger(ILogger logger, string reason);

        [LoggerMessage(541, LogLevel.Warning, "Actions that were open when the exporter ended last are closed as interrupted: {Count} (process-arsenal actions)")]
        public static partial void Interrupted(ILogger logger, int count);

        [LoggerMessage(543, LogLevel.Error, "An action was not taken, as it can't be recorded: {Reason}{Omitted}")]
        public static partial void NotRecorded(ILogger logger, string reason, string omitted);

        [LoggerMessage(542, LogLevel.Error, "Actions that were open when the exporter ended last can't be closed: {Reason}")]
        public static partial void NotClosed(ILogger logger, string reason);
    }
}
