using Prometheus;
using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>What our own supervisors do, by prometheus-net. Read when the page is written; there are no such families where nothing is supervised.</summary>
internal sealed class SupervisionMetrics
{
    private static readonly (ChildState State, string Name)[] States = [.. Enum.GetValues<ChildState>().Select(static state => (state, Enum.GetName(state)!.ToLowerInvariant()))];

    private readonly SupervisorSet _set;
    private readonly Gauge _managed, _children, _latched, _recent;
    private readonly Counter _restarts, _checks, _dropped;

    public SupervisionMetrics(CollectorRegistry registry, SupervisorSet set)
    {
        _set = set;
        MetricFactory factory = Metrics.WithCustomRegistry(registry);
        _managed = factory.CreateGauge("process_controller_managed_processes", "Supervised children that run.");
        _children = factory.CreateGauge("process_supervisor_children", "Children of a supervisor of ours, by state.", ["supervisor", "state"]);
        _restarts = factory.CreateCounter("process_supervisor_restarts_total", "Times that a child was started again without being asked for.", ["supervisor", "child"]);
        _recent = factory.CreateGauge("process_supervisor_recent_failures", "Failures of a supervisor's children within its last max_seconds; more than max_restarts, and it is latched.", ["supervisor"]);
        _latched = factory.CreateGauge("process_supervisor_latched", "1 while a supervisor starts nothing more by itself, as its children failed too often.", ["supervisor"]);
        _checks = factory.CreateCounter("process_controller_health_checks_total", "Health checks of supervised children since the exporter began, by how they were answered.", ["supervisor", "child", "outcome"]);
        _dropped = factory.CreateCounter("process_supervisor_log_dropped_bytes_total", "Bytes of a child's output that were not kept when its log was rotated, since the exporter began.", ["supervisor", "child"]);
        registry.AddBeforeCollectCallback(Collect);
    }

    private void Collect()
    {
        int running = 0;
        foreach (SupervisorView view in _set.List())
        {
            foreach ((ChildState state, string name) in States)
            {
                int count = view.Children.Count(child => child.State == state);
                _children.WithLabels(view.Name, name).Set(count);
                if (state == ChildState.Running) running += count;
            }
            _latched.WithLabels(view.Name).Set(view.LatchedSince is null ? 0 : 1);
            _recent.WithLabels(view.Name).Set(view.RestartsWithin);
            foreach (ChildView child in view.Children)
            {
                _restarts.WithLabels(view.Name, child.Name).IncTo(child.Restarts);
                if (child.ChecksPassed + child.ChecksFailed > 0)
                {
                    _checks.WithLabels(view.Name, child.Name, "success").IncTo(child.ChecksPassed);
                    _checks.WithLabels(view.Name, child.Name, "failure").IncTo(child.ChecksFailed);
                }
                _dropped.WithLabels(view.Name, child.Name).IncTo(child.LogDropped);
            }
        }
        _managed.Set(running);
    }
}
