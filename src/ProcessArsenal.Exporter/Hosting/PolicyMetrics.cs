using Prometheus;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Policies.Running;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>How policies stand, by prometheus-net.</summary>
internal sealed class PolicyMetrics
{
    private readonly PolicyRunner _runner;
    private readonly Gauge _policies, _latched, _score, _approvals, _storm, _waiting;
    private readonly Counter _runs, _refused;

    public PolicyMetrics(CollectorRegistry registry, PolicyRunner runner)
    {
        _runner = runner;
        MetricFactory factory = Metrics.WithCustomRegistry(registry);
        _policies = factory.CreateGauge("process_controller_policies", "Policies by the mode that is in force.", ["mode"]);
        _latched = factory.CreateGauge("process_controller_policy_latched", "1 while a policy only observes, as it has cured nothing too often.", ["policy"]);
        _score = factory.CreateGauge("process_controller_policy_score", "Share of the runs of a policy whose outcome was verified that cured what had set them off; absent before the first.", ["policy"]);
        _runs = factory.CreateCounter("process_controller_policy_runs_total", "Runs of policies, by how they ended: cured, not_cured, unverified, refused, cancelled, rejected, expired.", ["policy", "result"]);
        _approvals = factory.CreateGauge("process_controller_approvals_waiting", "Runs of policies that wait for an operator.");
        _storm = factory.CreateGauge("process_controller_policy_storm", "1 while no policy begins anything, as too much began at once.");
        _waiting = factory.CreateGauge("process_controller_policy_inbox_waiting", "Alerts that policies have not looked at yet.");
        _refused = factory.CreateCounter("process_controller_policy_inbox_refused_total", "Alerts that there was no room for when they were handed to policies; they are handed over again.");
        runner.Ended = (policy, result) => _runs.WithLabels(policy, result).Inc();
        registry.AddBeforeCollectCallback(Update);
    }

    private void Update()
    {
        IReadOnlyList<PolicyStatus> all = _runner.Statuses;
        foreach ((string word, PolicyMode mode) in PolicyModes.Words) _policies.WithLabels(word).Set(all.Count(status => status.Mode == mode));
        foreach (PolicyStatus status in all)
        {
            _latched.WithLabels(status.Policy.Name).Set(status.LatchedSince is null ? 0 : 1);
            if (status.Score.Cured + status.Score.NotCured is > 0 and var judged) _score.WithLabels(status.Policy.Name).Set((double)status.Score.Cured / judged);
        }
        foreach (string[] gone in _latched.GetAllLabelValues().Where(labels => all.All(status => status.Policy.Name != labels[0])).ToList())
        {
            _latched.RemoveLabelled(gone);
            _score.RemoveLabelled(gone);
        }
        _approvals.Set(all.Sum(static status => status.Runs.Count(static run => run.Phase == PolicyRunStatus.WaitsForApproval)));
        _storm.Set(_runner.StormUntil is null ? 0 : 1);
        _waiting.Set(_runner.Inbox.Waiting);
        _refused.IncTo(_runner.Inbox.Refused);
    }
}
