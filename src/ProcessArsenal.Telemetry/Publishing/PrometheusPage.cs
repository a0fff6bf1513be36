using System.Buffers;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>Snapshot to page: every family of groups, processes, the system, and how the sampling went; all of one tick.</summary>
public static class PrometheusPage
{
    private static readonly FamilyText ProcessInfo = new(
        "process_info", "info", null, "Who the process is; join on identity. Names and arguments are chosen by the process.");

    private static readonly FamilyText SystemProcessCount = new(
        "system_process_count", "gauge", null, "Processes by the state of their main thread, kernel threads included.",
        [.. ProcessStates.Names.Select(name => $"process_state=\"{name}\"")]);

    private static readonly FamilyText SystemProcessCreated = new(
        "system_process_created_total", "counter", null, "Processes created since the exporter began to listen; threads are not counted.");

    public static void Write(Snapshot snapshot, IBufferWriter<byte> output, ExpositionFormat format, TimeProvider time)
    {
        var writer = new ExpositionWriter(output, format);
        foreach (MetricText text in MetricText.All) WriteGroupFamily(ref writer, text, snapshot);
        WriteProcessInfo(ref writer, snapshot);
        foreach (MetricText text in MetricText.All) WriteProcessFamily(ref writer, text, snapshot);
        WriteSystem(ref writer, snapshot);
        FlowFamilies.Write(ref writer, snapshot.Flows);
        DotnetFamilies.Write(ref writer, snapshot.Dotnet);
        NamedGroupFamilies.Write(ref writer, snapshot.Named);
        SamplingFamilies.Write(ref writer, snapshot, time);
        writer.Complete();
    }

    private static void WriteGroupFamily(ref ExpositionWriter writer, MetricText text, Snapshot snapshot)
    {
        if (text.Group is not { } family) return;
        writer.Family(family);
        ReadOnlySpan<GroupRow> groups = snapshot.Groups;
        for (int g = 0; g < groups.Length; g++)
        {
            for (int i = 0; i < family.Series.Length; i++)
            {
                double value = snapshot.GroupValue(g, text.Metric.GroupSlot + i);
                if (!double.IsNaN(value)) writer.Sample(family.Series[i], groups[g].Labels, value, text.Metric.Divisor);
            }
        }
    }

    private static void WriteProcessFamily(ref ExpositionWriter writer, MetricText text, Snapshot snapshot)
    {
        if (text.Process is not { } family) return;
        writer.Family(family);
        MetricSeries[] series = text.Metric.Series;
        double divisor = text.Metric.Divisor;
        foreach (ref readonly ProcessRow row in snapshot.Processes)
        {
            if (row.Labels is not { } labels) continue;
            for (int i = 0; i < series.Length; i++)
                if (series[i].Read!(row) is { } value && !double.IsNaN(value)) writer.Sample(family.Series[i], labels, value, divisor);
        }
    }

    private static void WriteProcessInfo(ref ExpositionWriter writer, Snapshot snapshot)
    {
        writer.Family(ProcessInfo);
        foreach (ref readonly ProcessRow row in snapshot.Processes)
            if (row.InfoLabels is { } labels) writer.Sample(ProcessInfo.Series[0], labels, 1);
    }

    private static void WriteSystem(ref ExpositionWriter writer, Snapshot snapshot)
    {
        if (snapshot.Health.ProcessesCreated is { } created)
        {
            writer.Family(SystemProcessCreated);
            writer.Sample(SystemProcessCreated.Series[0], created);
        }
        // Where some processes are hidden from us their number would be wrong.
        if (!snapshot.Health.SeesAllProcesses || snapshot.Health.Unreadable > 0) return;
        writer.Family(SystemProcessCount);
        for (int i = 0; i < ProcessStates.Names.Length; i++) writer.Sample(SystemProcessCount.Series[i], snapshot.States[i]);
    }
}
