using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Compatibility;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>Writes process-exporter's families, where they are wanted.</summary>
internal static class NamedGroupFamilies
{
    /// <summary>The counters by thread name.</summary>
    public static readonly ThreadFamily[] Threads =
    [
        new("namedprocess_namegroup_thread_cpu_seconds_total", "CPU time by thread name.", SystemConstants.ClockTicksPerSecond,
            ("mode=\"user\"", ThreadCounter.UserTicks), ("mode=\"system\"", ThreadCounter.SystemTicks)),
        new("namedprocess_namegroup_thread_io_bytes_total", "Bytes fetched from storage or sent to it, by thread name.", 1,
            ("iomode=\"read\"", ThreadCounter.ReadBytes), ("iomode=\"write\"", ThreadCounter.WriteBytes)),
        new("namedprocess_namegroup_thread_major_page_faults_total", "Page faults that waited for storage, by thread name.", 1, ("", ThreadCounter.MajorFaults)),
        new("namedprocess_namegroup_thread_minor_page_faults_total", "Page faults that did not wait for storage, by thread name.", 1, ("", ThreadCounter.MinorFaults)),
        new("namedprocess_namegroup_thread_context_switches_total", "Context switches by thread name.", 1,
            ("ctxswitchtype=\"voluntary\"", ThreadCounter.Voluntary), ("ctxswitchtype=\"nonvoluntary\"", ThreadCounter.Involuntary)),
    ];

    public const string ThreadCount = "namedprocess_namegroup_thread_count";
    public const string WaitChannels = "namedprocess_namegroup_threads_wchan";

    public const string ThreadCountHelp = "Threads by name, of processes that have several.";
    public const string WaitChannelsHelp = "Threads by the function of the kernel that they wait in.";

    /// <summary>How the sampling went, in process-exporter's words: counters without the suffix of one.</summary>
    public static readonly (string Name, string Help, Func<NamedSnapshot, long> Value)[] Errors =
    [
        ("namedprocess_scrape_errors", "Always 0: without a sample there is no page.", static _ => 0),
        ("namedprocess_scrape_partial_errors", "Times that a process of these groups could be read in part only.", static named => named.PartialErrors),
        ("namedprocess_scrape_procread_errors", "Times that a process could not be read.", static named => named.ReadErrors),
    ];

    public static void Write(ExpositionWriter writer, NamedSnapshot snapshot, ExpositionFormat format)
    {
        if (!snapshot.IsOn) return;
        foreach (Metric metric in NamedGroupMetrics.All) WriteGroups(writer, metric, snapshot);
        writer.Family(ThreadCount, "gauge", null, ThreadCountHelp);
        foreach (ref readonly ThreadRow row in snapshot.Threads) writer.Sample(ThreadCount, row.Labels, "", row.Count);
        foreach (ThreadFamily family in Threads) WriteThreads(writer, family, snapshot);
        writer.Family(WaitChannels, "gauge", null, WaitChannelsHelp);
        foreach (ref readonly ChannelRow row in snapshot.Channels) writer.Sample(WaitChannels, row.Labels, "", row.Count);
        // In OpenMetrics the samples of a counter end in _total, and these names do not.
        string type = format == ExpositionFormat.OpenMetrics ? "unknown" : "counter";
        foreach ((string name, string help, Func<NamedSnapshot, long> value) in Errors)
        {
            writer.Family(name, type, null, help);
            writer.Sample(name, [], "", value(snapshot));
        }
    }

    private static void WriteGroups(ExpositionWriter writer, Metric metric, NamedSnapshot snapshot)
    {
        writer.Family(metric.GroupName!, metric.Kind == MetricKind.Counter ? "counter" : "gauge", null, metric.GroupHelp);
        ReadOnlySpan<GroupRow> groups = snapshot.Groups;
        for (int g = 0; g < groups.Length; g++)
        {
            for (int i = 0; i < metric.Series.Length; i++)
            {
                double value = snapshot.Value(g, metric.GroupSlot + i);
                if (!double.IsNaN(value)) writer.Sample(metric.GroupName!, groups[g].Labels, metric.Series[i].GroupLabel, value / metric.Divisor);
            }
        }
    }

    private static void WriteThreads(ExpositionWriter writer, ThreadFamily family, NamedSnapshot snapshot)
    {
        writer.Family(family.Name, "counter", null, family.Help);
        foreach (ref readonly ThreadRow row in snapshot.Threads)
        {
            foreach ((string label, int counter) in family.Series)
                if (row.HasIo || !ThreadCounter.IsIo(counter)) writer.Sample(family.Name, row.Labels, label, row.Totals[counter] / family.Divisor);
        }
    }
}

/// <summary>A family of counters by thread name.</summary>
/// <param name="Divisor">Raw units per published unit.</param>
/// <param name="Series">Label, and index of the counter.</param>
internal sealed record ThreadFamily(string Name, string Help, double Divisor, params (string Label, int Counter)[] Series);
