using System.Globalization;
using Prometheus;
using ProcessArsenal.Control;
using ProcessArsenal.Control.Actions.Children;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>What was done to processes, by prometheus-net; exemplars are the traces of the requests.</summary>
internal sealed class ControlMetrics
{
    private readonly CollectorRegistry _registry;
    private readonly Counter _actions, _refusals, _started, _restarted, _stopped, _killed, _notRecorded, _evidence;
    private readonly Histogram _duration;
    private readonly Gauge _available;

    public ControlMetrics(CollectorRegistry registry)
    {
        _registry = registry;
        MetricFactory factory = Metrics.WithCustomRegistry(registry);
        _actions = factory.CreateCounter("process_controller_actions_total", "Actions that were asked for, by what came of each.", ["action", "trigger", "policy", "outcome"]);
        _refusals = factory.CreateCounter("process_controller_guard_refusals_total", "Actions that a guard refused.", ["guard"]);
        _started = factory.CreateCounter("process_controller_processes_started_total", "Supervised children that were started as it was asked for.");
        _stopped = factory.CreateCounter("process_controller_processes_stopped_total", "Processes that ended after they were asked to.");
        _killed = factory.CreateCounter("process_controller_processes_killed_total", "Processes that were ended by SIGKILL.");
        _restarted = factory.CreateCounter("process_controller_processes_restarted_total", "Restarts after which a new process was seen to live.");
        _duration = factory.CreateHistogram("process_controller_action_duration_seconds", "Time that an action took, until its effect was seen.", ["action"], new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.001, 4, 9) });
        _notRecorded = factory.CreateCounter("process_controller_not_recorded_total", "Requests that were refused since they can't be recorded.");
        _evidence = factory.CreateCounter("process_controller_evidence_total", "Times that evidence was to be taken, before an action or for its own sake.", ["result"]);
        _available = factory.CreateGauge("process_controller_ledger_available", "0 while there is no ledger, so that no action is taken; the log says why.", new GaugeConfiguration { SuppressInitialValue = true });
    }

    /// <summary>There is no ledger where there should be one.</summary>
    public void NoLedger() => _available.Set(0);

    /// <summary>Shows what a ledger says. To be called once.</summary>
    public void Follow(ActionLedger ledger, Func<bool> isPaused)
    {
        MetricFactory factory = Metrics.WithCustomRegistry(_registry);
        Gauge paused = factory.CreateGauge("process_controller_paused", "1 while all actions are paused.");
        Gauge head = factory.CreateGauge("process_controller_audit_head", "Number of the last row of the ledger, with its hash: kept elsewhere, it shows that the end was cut off (process-arsenal audit verify --head).", ["hash"]);
        Gauge waiting = factory.CreateGauge("process_controller_ledger_waiting", "Rows that wait to be on the disk.");
        string? last = null;
        _available.Set(1);
        _registry.AddBeforeCollectCallback(() =>
        {
            LedgerHead now = ledger.Head;
            paused.Set(isPaused() ? 1 : 0);
            waiting.Set(ledger.Waiting);
            if (last is not null && last != now.Hash) head.RemoveLabelled(last);
            head.WithLabels(last = now.Hash).Set(now.Sequence);
        });
    }

    public void NotRecorded() => _notRecorded.Inc();

    public void Finished(ControlRequest request, TargetResult result, TimeSpan took)
    {
        string outcome = result.Outcome?.ToString() ?? "";
        Exemplar? trace = request.TraceId is { } id ? Exemplar.From(Exemplar.Key("trace_id").WithValue(id)) : null;
        _actions.WithLabels(request.Action.Name, request.Trigger, request.Policy ?? "", JsonName(outcome)).Inc(trace?.Clone());
        if (result.Guard is { } guard) _refusals.WithLabels(guard).Inc(trace?.Clone());
        if (result.Evidence is { } evidence) _evidence.WithLabels(evidence.Artifact is not null ? "kept" : "not_taken").Inc(trace?.Clone());
        if (result.Outcome is OutcomeKind.Succeeded or OutcomeKind.Failed) _duration.WithLabels(request.Action.Name).Observe(took.TotalSeconds, trace?.Clone());
        if (result is { New: not null, Outcome: OutcomeKind.Succeeded }) (request.Action is StartChildAction ? _started : _restarted).Inc(trace?.Clone());
        if (result is not { HasEnded: true, Outcome: OutcomeKind.Succeeded }) return;
        if (result.Exit is { Signal: 9 }) _killed.Inc(trace?.Clone());
        else _stopped.Inc(trace?.Clone());
    }

    private static string JsonName(string outcome) => string.Concat(outcome.Select(static (c, i) => char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLower(c, CultureInfo.InvariantCulture) : c.ToString()));
}
