using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Policies.Running;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Has the policies of the configuration run for as long as the program does.</summary>
internal sealed partial class PolicyService : IHostedService, IAsyncDisposable
{
    private readonly ILogger<PolicyService> _logger;
    private readonly Api.LogBudget _budget;
    private IReadOnlyList<Policy> _configured;
    private bool _isOver;

    public PolicyService(ConfigurationResult loaded, SnapshotStore store, ControlService control, SupervisionService supervision, OwnMetrics own, TimeProvider time, ILogger<PolicyService> logger)
    {
        _logger = logger;
        _budget = new Api.LogBudget(perMinute: 2, time);
        _configured = loaded.Configuration!.Policies;
        var tools = new PolicyTools(store, () => control.Ledger, () => control.Pipeline, control.Traces, control.Restarts, name => supervision.Set?.Find(name), supervision.OwnerOf, time)
        {
            Alertmanager = control.Alertmanager,
            Dumps = control.Dumps,
            Evidence = control.Evidence,
        };
        Runner = new PolicyRunner(tools, new PolicySet(_configured))
        {
            HasLatched = (policy, why) => Log.Latched(logger, policy, why),
            Trouble = why =>
            {
                if (_budget.Take() is { } omitted) Log.Trouble(logger, why, omitted);
            },
        };
        _ = new PolicyMetrics(own.Registry, Runner);
        control.Policies = Runner;
    }

    public PolicyRunner Runner { get; }

    /// <summary>What holds from now on.</summary>
    public void Configure(ExporterConfiguration configuration)
    {
        if (configuration.Policies.SequenceEqual(_configured)) return;
        _configured = configuration.Policies;
        _ = ConfigureAsync();
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Runner.Start();
        int acting = _configured.Count(static policy => policy.Mode.Acts());
        if (_configured.Count > 0) Log.Policies(_logger, _configured.Count, acting);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_isOver) return;
        _isOver = true;
        await Runner.DisposeAsync();
    }

    private async Task ConfigureAsync()
    {
        try
        {
            await Runner.ConfigureAsync(new PolicySet(_configured));
        }
        catch (OperationCanceledException)
        {
            // We end.
        }
        catch (Exception e)
        {
            Log.Trouble(_logger, e.Message, ""); // Nobody waits for it: else nobody would know.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(580, LogLevel.Information, "Policies: {Count}, of which {Acting} act (process-arsenal policies)")]
        public static partial void Policies(ILogger logger, int count, int acting);

        [LoggerMessage(581, LogLevel.Error, "Policy {Policy} only observes from now on: {Reason}. When that is made right: process-arsenal policies {Policy} --mode enforce")]
        public static partial void Latched(ILogger logger, string policy, string reason);

        [LoggerMessage(582, LogLevel.Error, "Policies can't go on as they should, and nothing is done by them that could not be recorded: {Reason}{Omitted}")]
        public static partial void Trouble(ILogger logger, string reason, string omitted);
    }
}
