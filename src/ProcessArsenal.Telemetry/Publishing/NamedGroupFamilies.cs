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

    private static readonly FamilyText ThreadCountText = new(ThreadCount, "gauge", null, ThreadCountHelp);
    private static readonly FamilyText WaitChannelsText = new(WaitChannels, "gauge", null, WaitChannelsHelp);
    private static readonly FamilyText[] ErrorTexts = [.. Errors.Select(error => new FamilyText(error.Name, "counter", null, error.Help))];

    private static readonly FamilyText[] GroupTexts = [.. NamedGroupMetrics.All.Select(metric => new FamilyText(
        metric.GroupName!, metric.Kind == MetricKind.Counter ? "counter" : "gauge", null, metric.GroupHelp,
        [.. metric.Series.Select(series => series.GroupLabel)]))];

    private static readonly FamilyText[] ThreadTexts =
        [.. Threads.Select(family => new FamilyText(family.Name, "counter", null, family.Help, [.. family.Series.Select(series => series.Label)]))];

    public static void Write(ref ExpositionWriter writer, NamedSnapshot snapshot)
    {
        if (!snapshot.IsOn) return;
        for (int i = 0; i < GroupTexts.Length; i++) WriteGroups(ref writer, GroupTexts[i], NamedGroupMetrics.All[i], snapshot);
        writer.Family(ThreadCountText);
        foreach (ref readonly ThreadRow row in snapshot.Threads) writer.Sample(ThreadCountText.Series[0], row.Labels, row.Count);
        for (int i = 0; i < ThreadTexts.Length; i++) WriteThreads(ref writer, ThreadTexts[i], Threads[i], snapshot);
        writer.Family(WaitChannelsText);
        foreach (ref readonly ChannelRow row in snapshot.Channels) writer.Sample(WaitChannelsText.Series[0], row.Labels, row.Count);
        for (int i = 0; i < ErrorTexts.Length; i++)
        {
            writer.Family(ErrorTexts[i]);
            writer.Sample(ErrorTexts[i].Series[0], Errors[i].Value(snapshot));
        }
    }

    private static void WriteGroups(ref ExpositionWriter writer, FamilyText text, Metric metric, NamedSnapshot snapshot)
    {
        writer.Family(text);
        ReadOnlySpan<GroupRow> groups = snapshot.Groups;
        for (int g = 0; g < groups.Length; g++)
        {
            for (int i = 0; i < metric.Series.Length; i++)
            {
                double value = snapshot.Value(g, metric.GroupSlot + i);
                if (!double.IsNaN(value)) writer.Sample(text.Series[i], groups[g].Labels, value, metric.Divisor);
            }
        }
    }

    private static void WriteThreads(ref ExpositionWriter writer, FamilyText text, ThreadFamily family, NamedSnapshot snapshot)
    {
        writer.Family(text);
        foreach (ref readonly ThreadRow row in snapshot.Threads)
        {
            for (int i = 0; i < family.Series.Length; i++)
            {
                int counter = family.Series[i].Counter;
                if (row.HasIo || !ThreadCounter.IsIo(counter)) writer.Sample(text.Series[i], row.Labels, row.Totals[counter], family.Divisor);
            }
        }
    }
}

/// <summary>A family of counters by thread name.</summary>
/// <param name="Divisor">Raw units per published unit.</param>
/// <param name="Series">Label, and index of the counter.</param>
internal sealed record ThreadFamily(string Name, string Help, double Divisor, params (string Label, int Counter)[] Series);
