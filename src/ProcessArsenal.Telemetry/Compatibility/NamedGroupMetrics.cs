using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Compatibility;

/// <summary>The families per group of process-exporter (0.7.10), by their exact names and labels: mostly views of our own metrics. They have
/// accounts of their own, as other processes belong to its groups: see <see cref="NamedGroups"/>.</summary>
internal static class NamedGroupMetrics
{
    private const string Prefix = "namedprocess_namegroup_";

    /// <summary>Threads by state: counted thread by thread, see <see cref="ThreadStates"/>.</summary>
    public static readonly Metric States = Gauge("states", "Threads of the group by state.",
        [.. ThreadStates.Names.Select(name => new MetricSeries($"state=\"{name}\"", "", null))]);

    private static readonly Metric CpuTime = Counter("cpu_seconds_total", "CPU time used by the group's processes.", Source("process_group_cpu_time_seconds_total").Divisor,
        Ours("process_group_cpu_time_seconds_total", 0, "mode=\"user\""),
        Ours("process_group_cpu_time_seconds_total", 1, "mode=\"system\""));

    public static readonly Metric[] All =
    [
        Gauge("num_procs", "Processes in the group.", Ours("process_group_processes")),
        Gauge("num_threads", "Threads of the group's processes.", Ours("process_group_threads")),
        States,
        Gauge("memory_bytes", "Memory of the group's processes.",
            Ours("process_group_memory_usage_bytes", 0, "memtype=\"resident\""),
            Ours("process_group_memory_virtual_bytes", 0, "memtype=\"virtual\""),
            Ours("process_group_memory_swap_bytes", 0, "memtype=\"swapped\""),
            new("memtype=\"proportionalResident\"", "", static (in ProcessRow row) => row.Sample.Smaps?.ProportionalBytes),
            new("memtype=\"proportionalSwapped\"", "", static (in ProcessRow row) => row.Sample.Smaps?.ProportionalSwapBytes)),
        Gauge("open_filedesc", "Open file descriptors of the group's processes.", Ours("process_group_file_descriptors")),
        Extreme("worst_fd_ratio", Aggregation.Max,
            "Open file descriptors divided by the soft limit, of the process in the group that is nearest to it.",
            Ours("process_group_file_descriptor_usage_ratio_max")),
        Extreme("oldest_start_time_seconds", Aggregation.Min, "When the oldest process of the group started, Unix time.",
            Ours("process_group_oldest_start_time_seconds")),
        CpuTime,
        Counter("read_bytes_total", "Bytes that the group's processes fetched from storage.", 1, Ours("process_group_disk_io_bytes_total", 0)),
        Counter("write_bytes_total", "Bytes that the group's processes sent to storage.", 1, Ours("process_group_disk_io_bytes_total", 1)),
        Counter("major_page_faults_total", "Page faults that waited for storage.", 1, Ours("process_group_paging_faults_total", 0)),
        Counter("minor_page_faults_total", "Page faults that did not wait for storage.", 1, Ours("process_group_paging_faults_total", 1)),
        Counter("context_switches_total", "Context switches of all threads of the group.", 1,
            // Without their signal: where taskstats does not tell them, the threads are asked one by one.
            Ours("process_group_context_switches_total", 0, "ctxswitchtype=\"voluntary\"") with { Signal = null },
            Ours("process_group_context_switches_total", 1, "ctxswitchtype=\"nonvoluntary\"") with { Signal = null }),
    ];

    public static readonly MetricSet Set = new(All, CpuTime);

    private static Metric Gauge(string name, string help, params MetricSeries[] series) =>
        new() { Kind = MetricKind.Gauge, GroupName = Prefix + name, GroupHelp = help, Series = series };

    private static Metric Extreme(string name, Aggregation aggregation, string help, MetricSeries series) =>
        new() { Kind = MetricKind.Gauge, Aggregation = aggregation, GroupName = Prefix + name, GroupHelp = help, Series = [series] };

    private static Metric Counter(string name, string help, double divisor, params MetricSeries[] series) =>
        new() { Kind = MetricKind.Counter, GroupName = Prefix + name, GroupHelp = help, Divisor = divisor, Series = series };

    /// <summary>What one of our own series reads, under another label.</summary>
    private static MetricSeries Ours(string family, int series = 0, string label = "")
    {
        MetricSeries source = Source(family).Series[series];
        return new MetricSeries(label, "", source.Read) { Signal = source.Signal };
    }

    private static Metric Source(string family) => Array.Find(CollectorCatalogue.Metrics, metric => metric.GroupName == family)
        ?? throw new InvalidOperationException($"The catalogue has no family {family}.");
}
