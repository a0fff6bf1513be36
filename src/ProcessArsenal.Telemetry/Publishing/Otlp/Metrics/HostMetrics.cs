using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;

/// <summary>What is about the host as a whole
/// (<see href="https://opentelemetry.io/docs/specs/semconv/system/system-metrics/">system metrics</see>).</summary>
internal static class HostMetrics
{
    private static readonly MetricHead Created = new(
        "system.process.created", "{process}", "Processes created since the exporter began to listen; threads are not counted.", PointKind.Counter);

    private static readonly MetricHead Count = new(
        "system.process.count", "{process}", "Processes by the state of their main thread, kernel threads included.", PointKind.UpDownCounter);

    private static readonly byte[][] States =
        Array.ConvertAll(ProcessStates.Names, name => OtlpText.Attributes(Count.AttributesField, new KeyValuePair<string, string>("process.state", name)));

    public static void Write(MetricsBuilder builder, Snapshot snapshot)
    {
        builder.Metric(Created);
        if (snapshot.Health.ProcessesCreated is { } created) builder.Number(UnixNanoseconds.Of(snapshot.Health.Began), created, []);
        builder.Metric(Count);
        // Where some processes are hidden from us their number would be wrong.
        if (!snapshot.Health.SeesAllProcesses || snapshot.Health.Unreadable > 0) return;
        // There have been processes for longer than us.
        for (int i = 0; i < States.Length; i++) builder.Number(0, snapshot.States[i], States[i]);
    }
}
