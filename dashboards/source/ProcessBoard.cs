using static ProcessArsenal.Dashboards.PanelKind;

namespace ProcessArsenal.Dashboards;

/// <summary>One process in depth.</summary>
internal static class ProcessBoard
{
    private const string It = """instance=~"$instance",group=~"$group",identity=~"$identity" """;

    internal static readonly Variable Identity = new("identity", "Process", """label_values(process_info{instance=~"$instance",group=~"$group"}, identity)""", IsMany: true);

    public static Dashboard Create() => new("process-arsenal-process", "Processes: one in depth",
        "Processes that have series of their own: those that 'watch' selects, .NET processes, and the busiest and largest. An identity never means two processes.", [Boards.Instance, Boards.Group, Identity],
    [
        new Row("Who it is",
            new Panel(Table, "Processes", "On the host: process-arsenal inspect PID says all of it.", "short", 24, new Query($$"""process_info{{{It}}}""", "is"))
            { Link = (".NET runtime and requests", "process-arsenal-dotnet", ["instance", "group", "identity"]) },
            new Panel(Number, "Uptime", "", "s", 4, new Query($$"""max(process_uptime_seconds{{{It}}})""", "", IsInstant: true)),
            new Panel(Number, "CPU", "Processors in use.", "short", 4, new Query($$"""sum(rate(process_cpu_time_seconds_total{{{It}}}[$__rate_interval]))""", "", IsInstant: true)),
            new Panel(Number, "Resident memory", "", "bytes", 4, new Query($$"""sum(process_memory_usage_bytes{{{It}}})""", "", IsInstant: true)),
            new Panel(Number, "Growth an hour", "By how much the lowest resident memory rises; of the process that grows most. Known after five minutes.", "bytes", 4, new Query($$"""max(process_memory_trend_bytes_per_second{{{It}}}) * 3600""", "", IsInstant: true)),
            new Panel(Number, "Threads", "", "short", 4, new Query($$"""sum(process_thread_count{{{It}}})""", "", IsInstant: true)),
            new Panel(Number, "File descriptors", "", "short", 4, new Query($$"""sum(process_unix_file_descriptor_count{{{It}}})""", "", IsInstant: true))),
        new Row("What it uses",
            Each("CPU", "By mode.", "short", "{{group}} {{pid}} {{cpu_mode}}", $$"""rate(process_cpu_time_seconds_total{{{It}}}[$__rate_interval])"""),
            Each("Resident memory", "", "bytes", "{{group}} {{pid}}", $$"""process_memory_usage_bytes{{{It}}}"""),
            Each("Growth of memory", "Of its lowest, over ten minutes: a leak stays above zero, what comes and goes does not. Known after five minutes.", "Bps", "{{group}} {{pid}}", $$"""process_memory_trend_bytes_per_second{{{It}}}"""),
            Each("Address space", "", "bytes", "{{group}} {{pid}}", $$"""process_memory_virtual_bytes{{{It}}}"""),
            Each("Waits", "Threads that wait, on average, by what for. Takes CAP_NET_ADMIN.", "short", "{{group}} {{pid}} {{reason}}", $$"""rate(process_wait_seconds_total{{{It}}}[$__rate_interval])"""),
            Each("Disk I/O", "What reached storage.", "Bps", "{{group}} {{pid}} {{disk_io_direction}}", $$"""rate(process_disk_io_bytes_total{{{It}}}[$__rate_interval])"""),
            Each("Page faults", "Major ones wait for storage.", "ops", "{{group}} {{pid}} {{system_paging_fault_type}}", $$"""rate(process_paging_faults_total{{{It}}}[$__rate_interval])"""),
            Each("Context switches", "", "ops", "{{group}} {{pid}} {{process_context_switch_type}}", $$"""rate(process_context_switches_total{{{It}}}[$__rate_interval])"""),
            Each("Threads", "", "short", "{{group}} {{pid}}", $$"""process_thread_count{{{It}}}"""),
            Each("File descriptors", "", "short", "{{group}} {{pid}}", $$"""process_unix_file_descriptor_count{{{It}}}""")),
        new Row("Far from the others",
            new Panel(Lines, "Outliers", "How many median absolute deviations it is from the median of its group, or of its own last hour. Only those that are far from it.", "short", 24,
                new Query($$"""process_outlier{{{It}}}""", "{{group}} {{pid}} {{signal}}"))),
    ]);

    private static Panel Each(string title, string description, string unit, string legend, string series) =>
        new(Lines, title, description, unit, 12, new Query($"topk(20, {series})", legend));
}
