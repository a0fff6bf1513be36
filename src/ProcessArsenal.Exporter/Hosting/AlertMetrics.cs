using Prometheus;
using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Alerting.Raising;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Why a delivery was refused.</summary>
internal enum DeliveryFault
{
    Invalid,
    TooLarge,
    Overloaded,
    NotRecorded,
}

/// <summary>What came of alerts, by prometheus-net.</summary>
internal sealed class AlertMetrics
{
    private const string Recorded = "recorded";

    private readonly CollectorRegistry _registry;
    private readonly Counter _deliveries, _alerts, _truncated, _sent;
    private readonly Histogram _duration;

    public AlertMetrics(CollectorRegistry registry)
    {
        _registry = registry;
        MetricFactory factory = Metrics.WithCustomRegistry(registry);
        _deliveries = factory.CreateCounter("process_controller_alert_deliveries_total", "Deliveries of Alertmanager, by what came of each.", ["outcome"]);
        _alerts = factory.CreateCounter("process_controller_alerts_received_total", "Alerts in deliveries that were recorded, by their own status and the verdict.", ["status", "outcome"]);
        _truncated = factory.CreateCounter("process_controller_alerts_truncated_total", "Alerts that were left out of deliveries, by Alertmanager (max_alerts), or as their labels are too large: nothing is known of them.");
        _sent = factory.CreateCounter("process_controller_alert_sends_total", "Requests by which alerts of our own are raised, kept up and resolved in Alertmanager, by what each replica said.", ["outcome"]);
        // From the first page on: of a series that begins with 1 nobody can tell that it has risen.
        foreach (string outcome in (string[])[Recorded, .. Enum.GetValues<DeliveryFault>().Select(Word)]) _deliveries.WithLabels(outcome);
        foreach (string outcome in (string[])["taken", "failed"]) _sent.WithLabels(outcome);
        _duration = factory.CreateHistogram("process_controller_alert_record_duration_seconds", "Time until a delivery was on the disk.", new HistogramConfiguration { Buckets = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5] });
    }

    /// <summary>Shows what an intake says. To be called once.</summary>
    public void Follow(AlertIntake intake)
    {
        MetricFactory factory = Metrics.WithCustomRegistry(_registry);
        Gauge open = factory.CreateGauge("process_controller_alert_incidents_open", "Alerts that fire and were kept, by whether policies were told of them.", ["told"]);
        Gauge events = factory.CreateGauge("process_controller_alert_events_waiting", "Events of alerts that policies have not taken yet.");
        Gauge waiting = factory.CreateGauge("process_controller_alert_deliveries_waiting", "Deliveries that wait to be on the disk.");
        _registry.AddBeforeCollectCallback(() =>
        {
            (int told, int untold) = intake.Open;
            open.WithLabels("true").Set(told);
            open.WithLabels("false").Set(untold);
            events.Set(intake.EventsWaiting);
            waiting.Set(intake.DeliveriesWaiting);
        });
    }

    /// <summary>Shows what a client says. To be called once.</summary>
    public void Follow(AlertmanagerClient client)
    {
        Gauge raised = Metrics.WithCustomRegistry(_registry).CreateGauge("process_controller_alerts_raised", "Alerts of our own that are raised in Alertmanager.");
        _registry.AddBeforeCollectCallback(() => raised.Set(client.Open));
    }

    public void Sent(bool isTaken) => _sent.WithLabels(isTaken ? "taken" : "failed").Inc();

    public void Delivered(AlertmanagerMessage message, DeliveryReceipt receipt, TimeSpan took)
    {
        _deliveries.WithLabels(Recorded).Inc();
        _truncated.Inc(message.Truncated);
        _duration.Observe(took.TotalSeconds);
        foreach (AlertReceipt alert in receipt.Alerts) _alerts.WithLabels(AlertNames.Of(alert.IsFiring), AlertNames.Of(alert.Verdict)).Inc();
    }

    public void NotDelivered(DeliveryFault fault) => _deliveries.WithLabels(Word(fault)).Inc();

    private static string Word(DeliveryFault fault) => fault switch
    {
        DeliveryFault.Invalid => "invalid",
        DeliveryFault.TooLarge => "too_large",
        DeliveryFault.Overloaded => "overloaded",
        _ => "not_recorded",
    };
}
