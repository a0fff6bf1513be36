using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Resources;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using Prometheus;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Publishes by OTLP while the program runs, and counts what became of it.</summary>
internal sealed class OtlpService : BackgroundService
{
    private readonly OtlpPublisher _publisher;
    private readonly Counter _sent, _dropped;
    private readonly Gauge _waiting, _waitingBytes;

    public OtlpService(
        OtlpSendingOptions sending, ConfigurationResult loaded, Sampler sampler, SnapshotStore store, OwnMetrics own, TimeProvider time, ILogger<OtlpService> logger)
    {
        OtlpSettings settings = loaded.Configuration!.Otlp;
        var options = new OtlpPublishingOptions
        {
            Host = HostFacts.Read(OwnMetrics.Version),
            Interval = settings.Interval,
            AllProcesses = settings.Processes == OtlpProcesses.All,
        };
        _publisher = new OtlpPublisher(sending, options, sampler, store, time, logger);
        MetricFactory factory = Metrics.WithCustomRegistry(own.Registry);
        _sent = factory.CreateCounter("arsenal_otlp_sent_total", "Spans and data points that the receiver has taken, by signal.", ["signal"]);
        _dropped = factory.CreateCounter("arsenal_otlp_dropped_total", "Spans and data points that the receiver will not have, by signal and reason.", ["signal", "reason"]);
        _waiting = factory.CreateGauge("arsenal_otlp_waiting_items", "Spans and data points that are kept until the receiver takes them, by signal.", ["signal"]);
        _waitingBytes = factory.CreateGauge("arsenal_otlp_waiting_bytes", "What those take, on disk or in memory.", ["signal"]);
        own.Registry.AddBeforeCollectCallback(Count);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _publisher.RunAsync(stoppingToken);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _publisher.DisposeAsync();
    }

    private void Count()
    {
        foreach (OtlpTally tally in _publisher.Tallies)
        {
            _sent.WithLabels(tally.Signal).IncTo(tally.Sent);
            foreach ((string reason, long items) in tally.Dropped) _dropped.WithLabels(tally.Signal, reason).IncTo(items);
            _waiting.WithLabels(tally.Signal).Set(tally.WaitingItems);
            _waitingBytes.WithLabels(tally.Signal).Set(tally.WaitingBytes);
        }
    }
}
