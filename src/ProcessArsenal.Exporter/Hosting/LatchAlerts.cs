using ProcessArsenal.Control.Alerting.Raising;
using ProcessArsenal.Control.Policies.Running;
using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Has an alert up for each policy and each supervisor that has given up, for as long as that is so: whoever was to be relieved of work has it again. Without alertmanager.urls there is none.</summary>
internal sealed partial class LatchAlerts : IHostedService, IAsyncDisposable
{
    private readonly PolicyService _policies;
    private readonly SupervisionService _supervision;
    private readonly StandingAlerts _alerts;
    private readonly Api.LogBudget _budget;

    public LatchAlerts(ControlService control, PolicyService policies, SupervisionService supervision, TimeProvider time, ILogger<LatchAlerts> logger)
    {
        (_policies, _supervision, _budget) = (policies, supervision, new Api.LogBudget(perMinute: 2, time));
        _alerts = new StandingAlerts(control.Alertmanager, () => Wanted(_policies.Runner.Statuses, _supervision.Set?.List() ?? []), time)
        {
            Trouble = why =>
            {
                if (_budget.Take() is { } omitted) Log.NotRaised(logger, why, omitted);
            },
        };
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _alerts.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _alerts.DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _alerts.DisposeAsync();

    /// <summary>What is to be up, by how things stand.</summary>
    internal static IReadOnlyList<StandingAlert> Wanted(IReadOnlyList<PolicyStatus> policies, IReadOnlyList<SupervisorView> supervisors) =>
    [
        .. policies.Where(static policy => policy.LatchedSince is not null).Select(static policy => StandingAlert.Of(
            OwnAlerts.PolicyLatched, "policy", policy.Policy.Name, policy.LatchedSince!.Value, $"The policy {policy.Policy.Name} only observes: it has cured nothing too often", policy.LatchedWhy ?? "",
            $"process-arsenal policies {policy.Policy.Name} --mode {Control.Policies.PolicyModes.Name(policy.SetMode ?? policy.Policy.Mode)}")),
        .. supervisors.Where(static supervisor => supervisor.LatchedSince is not null).Select(static supervisor => StandingAlert.Of(
            OwnAlerts.SupervisorLatched, "supervisor", supervisor.Name, supervisor.LatchedSince!.Value, $"The supervisor {supervisor.Name} starts nothing more by itself: its children failed too often", supervisor.LatchedWhy ?? "",
            $"process-arsenal start --reset {supervisor.Name}/CHILD")),
    ];

    private static partial class Log
    {
        [LoggerMessage(583, LogLevel.Warning, "An alert that something has given up can't be raised or resolved, which is tried again: {Reason}{Omitted}")]
        public static partial void NotRaised(ILogger logger, string reason, string omitted);
    }
}
