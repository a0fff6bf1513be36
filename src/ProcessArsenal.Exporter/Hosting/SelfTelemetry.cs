using System.Diagnostics.Metrics;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Our own instruments, for the OpenTelemetry SDK: <c>/metrics/self</c>.</summary>
internal sealed class SelfTelemetry : IDisposable
{
    public const string MeterName = "ProcessArsenal.Exporter";

    private readonly Meter _meter = new(MeterName, OwnMetrics.Version);
    private readonly Histogram<double> _sampleDuration;

    public SelfTelemetry() => _sampleDuration = _meter.CreateHistogram<double>(
        "arsenal.self.sample.duration", "s", "Time that a sample of all processes took.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] });

    public void Sampled(TimeSpan duration) => _sampleDuration.Record(duration.TotalSeconds);

    public void Dispose() => _meter.Dispose();
}
