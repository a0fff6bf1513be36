using System.Buffers;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>Snapshot to page: every family of groups, processes, the system, and how the sampling went; all of one tick.</summary>
public static class PrometheusPage
{
    private static readonly string[] StateLabels = [.. ProcessStates.Names.Select(name => $"process_state=\"{name}\"")];

    public static void Write(Snapshot snapshot, IBufferWriter<byte> output, ExpositionFormat format, TimeProvider time)
    {
        var writer = new ExpositionWriter(output, format);
        foreach (Metric metric in CollectorCatalogue.Metrics) WriteGroupFamily(writer, metric, snapshot);
        WriteProcessInfo(writer, snapshot);
        foreach (Metric metric in CollectorCatalogue.Metrics) WriteProcessFamily(writer, metric, snapshot);
        WriteSystem(writer, snapshot);
        NamedGroupFamilies.Write(writer, snapshot.Named, format);
        SamplingFamilies.Write(writer, snapshot, time);
    }

    private static void WriteGroupFamily(ExpositionWriter writer, Metric metric, Snapshot snapshot)
    {
        if (metric.GroupName is null) return;
        writer.Family(metric.GroupName, TypeOf(metric), metric.Unit, metric.GroupHelp);
        ReadOnlySpan<GroupRow> groups = snapshot.Groups;
        for (int g = 0; g < groups.Length; g++)
        {
            for (int i = 0; i < metric.Series.Length; i++)
            {
                double value = snapshot.GroupValue(g, metric.GroupSlot + i);
                if (!double.IsNaN(value)) writer.Sample(metric.GroupName, groups[g].Labels, metric.Series[i].GroupLabel, value / metric.Divisor);
            }
        }
    }

    private static void WriteProcessFamily(ExpositionWriter writer, Metric metric, Snapshot snapshot)
    {
        if (metric.ProcessName is null) return;
        writer.Family(metric.ProcessName, TypeOf(metric), metric.Unit, metric.ProcessHelp);
        foreach (ref readonly ProcessRow row in snapshot.Processes)
        {
            if (row.Labels is null) continue;
            foreach (MetricSeries series in metric.Series)
            {
                if (series.Read!(row) is { } value && !double.IsNaN(value))
                    writer.Sample(metric.ProcessName, row.Labels, series.ProcessLabel, value / metric.Divisor);
            }
        }
    }

    private static void WriteProcessInfo(ExpositionWriter writer, Snapshot snapshot)
    {
        writer.Family("process_info", "info", null, "Who the process is; join on identity. Names and arguments are chosen by the process.");
        foreach (ref readonly ProcessRow row in snapshot.Processes)
            if (row.InfoLabels is not null) writer.Sample("process_info", row.InfoLabels, "", 1);
    }

    private static void WriteSystem(ExpositionWriter writer, Snapshot snapshot)
    {
        if (snapshot.Health.ProcessesCreated is { } created)
        {
            writer.Family("system_process_created_total", "counter", null, "Processes created since the exporter began to listen; threads are not counted.");
            writer.Sample("system_process_created_total", [], "", created);
        }
        // Where some processes are hidden from us their number would be wrong.
        if (!snapshot.Health.SeesAllProcesses || snapshot.Health.Unreadable > 0) return;
        writer.Family("system_process_count", "gauge", null, "Processes by the state of their main thread, kernel threads included.");
        for (int i = 0; i < ProcessStates.Names.Length; i++)
            writer.Sample("system_process_count", [], StateLabels[i], snapshot.States[i]);
    }

    private static string TypeOf(Metric metric) => metric.Kind == MetricKind.Counter ? "counter" : "gauge";
}
