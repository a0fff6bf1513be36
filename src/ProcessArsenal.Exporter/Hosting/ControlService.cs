using System.Diagnostics.CodeAnalysis;
using ProcessArsenal.Control;
using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Alerting.Raising;
using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Policies.Running;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Holds the ledger and the pipeline that all actions go through, for as long as the program runs. Without a ledger nothing is done, and seeing goes
/// on; as long as that can change, as while an exporter before us still ends, it is tried again.</summary>
internal sealed partial class ControlService : IHostedService, IDisposable
{
    private readonly ILogger<ControlService> _logger;
    private readonly ControlMetrics _metrics;
    private readonly AlertMetrics _alertMetrics;
    private readonly Api.LogBudget _budget, _alertBudget;
    private readonly Retry _retry;
    private readonly Func<ActionLedger?, string?, ControlPipeline> _pipelineOf;
    private readonly Func<ActionLedger> _open;
    private readonly TimeProvider _time;
    private ControlOptions _options;
    private AlertOptions _alertOptions;
    private ExporterConfiguration _configuration;
    private ArtifactLimits _artifacts;
    private volatile ControlPipeline _pipeline;
    private volatile ActionLedger? _ledger;
    private volatile AlertIntake? _alerts;
    private volatile string? _trouble;

    public ControlService(ConfigurationResult loaded, ProcFs proc, SnapshotStore store, Sampler sampler, OwnMetrics own, TimeProvider time, ILogger<ControlService> logger)
    {
        ExporterConfiguration configuration = loaded.Configuration!;
        (_logger, _options, _artifacts, _retry) = (logger, OptionsOf(configuration), configuration.Artifacts, new Retry(time));
        Artifacts = new ArtifactStore(Path.Join(configuration.StateDirectory, "artifacts"), () => _artifacts, time);
        Traces = new TraceSessions(Artifacts, proc, time);
        Dumps = new MemoryDumps(Artifacts, proc, time, new HeapWorker(OwnProgram));
        (_time, _alertOptions, _configuration) = (time, configuration.ToAlertOptions(), configuration);
        var collector = new EvidenceCollector(proc, new ProcessInspector(proc, time), store, sampler.History, sampler.Lifecycle, sampler.Runtimes, time);
        Evidence = new EvidenceTaker(collector, Artifacts, () => _configuration.Evidence, time);
        _metrics = new ControlMetrics(own.Registry);
        _alertMetrics = new AlertMetrics(own.Registry);
        Alertmanager = new AlertmanagerClient(() => _configuration.Alertmanager.Urls, () => _configuration.HostLabels(), time) { Sent = (_, isTaken) => _alertMetrics.Sent(isTaken) };
        _alertMetrics.Follow(Alertmanager);
        _budget = new Api.LogBudget(perMinute: 2, time);
        _alertBudget = new Api.LogBudget(perMinute: 10, time);
        _open = () => ActionLedger.Open(configuration.StateDirectory, new LedgerOptions(), time);
        _pipelineOf = (ledger, why) => new ControlPipeline(proc, store, ledger, why, () => _options, time) { Finished = _metrics.Finished, Evidence = Evidence };
        string? why = configuration.Listen.Control is null ? "there is no control listener (listen.control is '')" : null;
        _pipeline = _pipelineOf(null, why);
        if (why is not null || TryOpen(out why, out bool isOver))
        {
            _trouble = why;
            return;
        }
        _trouble = why;
        if (isOver)
        {
            Log.NoLedger(logger, why);
            return;
        }
        Log.NoLedgerYet(logger, why);
        _retry.Begin(RetryAsync);
    }

    /// <summary>What is run to have work done by another of our kind; null if we are run by something else, such as <c>dotnet</c>.</summary>
    private static string? OwnProgram => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "process-arsenal" ? path : null;

    /// <summary>Null: there is none, and the log says why.</summary>
    public ActionLedger? Ledger => _ledger;

    public ControlPipeline Pipeline => _pipeline;

    /// <summary>Where deliveries of Alertmanager go; null as long as there is no ledger.</summary>
    public AlertIntake? Alerts => _alerts;

    /// <summary>To whom alerts are told; null until it is there: then they wait.</summary>
    public PolicyRunner? Policies { get; set; }

    /// <summary>How alerts are judged now.</summary>
    public AlertOptions AlertOptions => _alertOptions;

    /// <summary>Where our own alerts are raised.</summary>
    public AlertmanagerClient Alertmanager { get; }

    /// <summary>Why there is no ledger; null if there is one.</summary>
    public string? Trouble => _ledger is null ? _trouble : null;

    /// <summary>How owners are asked to restart what they own.</summary>
    public RestartOptions Restarts { get; } = RestartSettings.Of(Environment.GetEnvironmentVariable);

    /// <summary>Files that actions have left, of every kind.</summary>
    public ArtifactStore Artifacts { get; }

    /// <summary>Dumps of processes.</summary>
    public MemoryDumps Dumps { get; }

    /// <summary>What is known of processes before something is done to them.</summary>
    public EvidenceTaker Evidence { get; }

    /// <summary>Recordings of .NET processes.</summary>
    public TraceSessions Traces { get; }

    /// <summary>Removes a file that an action has left, and says so in the log.</summary>
    /// <param name="who">The token.</param>
    /// <returns>False if it is written still.</returns>
    public bool RemoveArtifact(ArtifactRecord record, string who)
    {
        if (!Artifacts.TryRemove(record.Id)) return false;
        Log.Removed(_logger, record.Kind, record.Id, record.Pid, record.Bytes, who);
        return true;
    }

    /// <summary>A request was refused since it can't be recorded.</summary>
    public void NotRecorded(string why)
    {
        _metrics.NotRecorded();
        if (_budget.Take() is { } omitted) Log.NotRecorded(_logger, why, omitted);
    }

    /// <summary>A delivery of Alertmanager was recorded.</summary>
    public void Delivered(AlertmanagerMessage message, DeliveryReceipt receipt, TimeSpan took)
    {
        _alertMetrics.Delivered(message, receipt, took);
        if (message.Truncated > 0 && _alertBudget.Take() is { } omitted) Log.Truncated(_logger, receipt.DeliveryId, message.Truncated, message.WhyLeftOut ?? "its max_alerts", omitted);
    }

    /// <summary>A delivery was refused.</summary>
    public void NotDelivered(DeliveryFault fault, string why)
    {
        _alertMetrics.NotDelivered(fault);
        if (_alertBudget.Take() is { } omitted) Log.NotDelivered(_logger, why, omitted);
    }

    /// <summary>What holds from now on.</summary>
    public void Configure(ExporterConfiguration configuration) =>
        (_options, _artifacts, _alertOptions, _configuration) = (OptionsOf(configuration), configuration.Artifacts, configuration.ToAlertOptions(), configuration);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<ArtifactRecord> broken = Artifacts.Load();
            Evidence.Sweep(broken);
            foreach (string left in Dumps.Sweep(broken)) Log.LeftOver(_logger, left);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NoArtifacts(_logger, e.Message);
        }
        return CloseInterruptedAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Traces.DisposeAsync().AsTask(), Dumps.DisposeAsync().AsTask());
        await _retry.StopAsync();
        if (_alerts is { } alerts) await alerts.DisposeAsync();
        await Alertmanager.DisposeAsync();
    }

    public void Dispose()
    {
        _retry.Dispose();
        Pipeline.Dispose();
        Ledger?.Dispose();
        Evidence.Dispose();
    }

    /// <param name="isOver">There is nothing to wait for.</param>
    private bool TryOpen([NotNullWhen(false)] out string? why, out bool isOver)
    {
        (why, isOver) = (null, true);
        try
        {
            ActionLedger ledger = _open();
            ControlPipeline before = _pipeline;
            (_ledger, _pipeline) = (ledger, _pipelineOf(ledger, null));
            before.Dispose();
            _metrics.Follow(ledger, () => Pipeline.Paused is not null);
            var alerts = new AlertIntake(ledger, () => _alertOptions, Offer, IsMatched, _time);
            _alerts = alerts;
            _alertMetrics.Follow(alerts);
            return true;
        }
        catch (Exception e) when (e is LedgerException or IOException or UnauthorizedAccessException)
        {
            isOver = e is LedgerException { Fault: LedgerFault.Damaged };
            why = e.Message;
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException)
        {
            why = $"libe_sqlite3.so, which the ledger is kept by, is neither beside the program ({AppContext.BaseDirectory}) nor in /usr/lib: install it there";
        }
        _pipeline = _pipelineOf(null, why);
        _metrics.NoLedger();
        return false;
    }

    private async Task<bool> RetryAsync()
    {
        if (!TryOpen(out string? why, out bool isOver))
        {
            if (isOver) Log.NoLedger(_logger, why);
            else if (why != _trouble) Log.NoLedgerYet(_logger, why);
            _trouble = why;
            return isOver;
        }
        await CloseInterruptedAsync();
        Log.Recording(_logger);
        return true;
    }

    private async Task CloseInterruptedAsync()
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

    private bool IsMatched(IReadOnlyDictionary<string, string> labels) => Policies?.Match(labels).Count > 0;

    private bool Offer(AlertEvent happened, Action handled) => Policies?.Inbox.Offer(happened, handled) == true;

    private static ControlOptions OptionsOf(ExporterConfiguration configuration) => new()
    {
        Protected = configuration.Control.Protected,
        MaxActionsPerHour = configuration.Control.MaxActionsPerHour,
    };

    private static partial class Log
    {
        [LoggerMessage(540, LogLevel.Error, "Nothing can be recorded, so no action is taken; seeing goes on: {Reason}")]
        public static partial void NoLedger(ILogger logger, string reason);

        [LoggerMessage(546, LogLevel.Warning, "Recordings, dumps and evidence of earlier runs can't be read: {Reason}")]
        public static partial void NoArtifacts(ILogger logger, string reason);

        [LoggerMessage(549, LogLevel.Error, "What a dump has left can't be removed: {What}. Remove it: it holds what the process had in its memory")]
        public static partial void LeftOver(ILogger logger, string what);

        [LoggerMessage(541, LogLevel.Warning, "Actions that were open when the exporter ended last are closed as interrupted: {Count} (process-arsenal actions)")]
        public static partial void Interrupted(ILogger logger, int count);

        [LoggerMessage(545, LogLevel.Error, "Nothing can be recorded yet, so no action is taken; seeing goes on, and it is tried again: {Reason}")]
        public static partial void NoLedgerYet(ILogger logger, string reason);

        [LoggerMessage(544, LogLevel.Information, "The ledger is ours now: actions are taken")]
        public static partial void Recording(ILogger logger);

        [LoggerMessage(543, LogLevel.Error, "An action was not taken, as it can't be recorded: {Reason}{Omitted}")]
        public static partial void NotRecorded(ILogger logger, string reason, string omitted);

        [LoggerMessage(547, LogLevel.Warning, "Of delivery {Delivery} of Alertmanager {Alerts} alerts are left out ({Reason}): nothing is known of them{Omitted}")]
        public static partial void Truncated(ILogger logger, long delivery, long alerts, string reason, string omitted);

        [LoggerMessage(548, LogLevel.Warning, "A delivery of Alertmanager was refused: {Reason}{Omitted}")]
        public static partial void NotDelivered(ILogger logger, string reason, string omitted);

        [LoggerMessage(550, LogLevel.Information, "The {Kind} {Id} of pid {Pid} was removed ({Bytes} bytes), as token '{Token}' asked for")]
        public static partial void Removed(ILogger logger, string kind, string id, int pid, long bytes, string token);

        [LoggerMessage(542, LogLevel.Error, "Actions that were open when the exporter ended last can't be closed: {Reason}")]
        public static partial void NotClosed(ILogger logger, string reason);
    }
}
