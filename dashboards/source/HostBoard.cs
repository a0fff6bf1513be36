using static ProcessArsenal.Dashboards.PanelKind;

namespace ProcessArsenal.Dashboards;

/// <summary>A host and its groups.</summary>
internal static class HostBoard
{
    private const string Here = """instance=~"$instance",group=~"$group" """;

    public static Dashboard Create() => new("process-arsenal-host", "Processes: host and groups", "Every process of a host, by group. What can't be read is missing here, not zero.", [Boards.Instance, Boards.Group],
    [
        new Row("Host",
            new Panel(Number, "Processes", "Of the host, threads of the kernel included.", "short", 4, new Query("""sum(system_process_count{instance=~"$instance"})""", "", IsInstant: true)),
            new Panel(Number, "Groups", "Groups that have a process.", "short", 4, new Query("""count(process_group_processes{instance=~"$instance"} > 0)""", "", IsInstant: true)),
            new Panel(Number, "Created a second", "Processes that are created, however short their lives.", "ops", 4, new Query("""sum(rate(system_process_created_total{instance=~"$instance"}[$__rate_interval]))""", "", IsInstant: true)),
            new Panel(Number, "OOM kills", "Processes that the kernel killed as memory ran out, within the time shown.", "short", 4, new Query("""sum(increase(process_group_exits_total{instance=~"$instance",outcome="oom_kill"}[$__range]))""", "", IsInstant: true)) { Limits = (0.5, 1) },
            new Panel(Number, "Unreadable", "Processes that exist and can't be read.", "short", 4, new Query("""sum(arsenal_processes_unreadable{instance=~"$instance"})""", "", IsInstant: true)) { Limits = (1, 10) },
            new Panel(Number, "Age of the sample", "How old the numbers are.", "s", 4, new Query("""max(arsenal_snapshot_age_seconds{instance=~"$instance"})""", "", IsInstant: true)) { Limits = (15, 60) },
            new Panel(Areas, "Processes by state", "Waiting ones are in uninterruptible sleep, for a device as a rule; defunct ones have ended unnoticed by their parents.", "short", 12,
                new Query("""sum by (process_state) (system_process_count{instance=~"$instance"})""", "{{process_state}}")),
            new Panel(Lines, "Ends by outcome", "How processes end.", "ops", 12, new Query($$"""sum by (outcome) (rate(process_group_exits_total{{{Here}}}[$__rate_interval]))""", "{{outcome}}"))),
        new Row("Groups",
            new Panel(Table, "Groups", "A click on a group shows its processes.", "short", 24,
                new Query($$"""sum by (instance, group) (process_group_processes{{{Here}}} > 0)""", "processes"),
                new Query($$"""sum by (instance, group) (rate(process_group_cpu_time_seconds_total{{{Here}}}[$__rate_interval]))""", "CPUs"),
                new Query($$"""sum by (instance, group) (process_group_memory_usage_bytes{{{Here}}})""", "resident|bytes"),
                new Query($$"""sum by (instance, group) (process_group_memory_proportional_bytes{{{Here}}})""", "proportional|bytes"),
                new Query($$"""sum by (instance, group) (process_group_threads{{{Here}}})""", "threads"),
                new Query($$"""max by (instance, group) (process_group_file_descriptor_usage_ratio_max{{{Here}}})""", "descriptors used|percentunit"),
                new Query($$"""sum by (instance, group) (increase(process_group_starts_total{{{Here}}}[$__range]))""", "starts")) { Link = ("Its processes", "process-arsenal-process", ["instance", "group"]) },
            Top("CPU", "Processors in use, on average.", "short", $$"""rate(process_group_cpu_time_seconds_total{{{Here}}}[$__rate_interval])"""),
            Top("Resident memory", "Pages that processes share are counted once for each.", "bytes", $$"""process_group_memory_usage_bytes{{{Here}}}"""),
            Top("Proportional memory", "Pages that are shared are divided by those who map them: groups add up. As old as the budget for it makes it.", "bytes", $$"""process_group_memory_proportional_bytes{{{Here}}}"""),
            Top("Swap", "Anonymous memory that is swapped out.", "bytes", $$"""process_group_memory_swap_bytes{{{Here}}}"""),
            Top("Wait for a processor", "Threads that could run and may not, on average. Takes CAP_NET_ADMIN.", "short", $$"""rate(process_group_wait_seconds_total{{{Here}},reason="run_queue"}[$__rate_interval])"""),
            Top("Wait for storage", "Threads that wait for block I/O, on average. Takes sysctl kernel.task_delayacct=1.", "short", $$"""rate(process_group_wait_seconds_total{{{Here}},reason="block_io"}[$__rate_interval])"""),
            Top("Read from storage", "What the page cache had does not count.", "Bps", $$"""rate(process_group_disk_io_bytes_total{{{Here}},disk_io_direction="read"}[$__rate_interval])"""),
            Top("Written to storage", "", "Bps", $$"""rate(process_group_disk_io_bytes_total{{{Here}},disk_io_direction="write"}[$__rate_interval])"""),
            Top("Major faults", "Pages that had to be fetched from storage: many of them mean that memory is too small.", "ops", $$"""rate(process_group_paging_faults_total{{{Here}},type="major"}[$__rate_interval])"""),
            Top("Starts", "Processes that start.", "ops", $$"""rate(process_group_starts_total{{{Here}}}[$__rate_interval])"""),
            Top("File descriptors", "", "short", $$"""process_group_file_descriptors{{{Here}}}"""),
            Top("Context switches", "", "ops", $$"""rate(process_group_context_switches_total{{{Here}}}[$__rate_interval])""")),
        new Row("Between groups",
            new Panel(Lines, "Who sends to whom", "Payload by TCP, of flows.enabled; the ten largest.", "Bps", 24,
                new Query("""topk(10, sum by (source, destination) (rate(process_flow_bytes_total{instance=~"$instance"}[$__rate_interval])))""", "{{source}} → {{destination}}"))),
        new Row("The exporter",
            new Panel(Table, "What can't be seen, and why", "0: not available, or not of every process. The reason says what it takes.", "short", 12, new Query("""arsenal_signal_available{instance=~"$instance"}""", "available")),
            new Panel(Lines, "Time of a sample", "", "s", 6, new Query("""max by (instance) (arsenal_sample_duration_seconds{instance=~"$instance"})""", "{{instance}}")),
            new Panel(Lines, "Lost and dropped", "Messages of the kernel that found no room, and series that a cap kept out.", "ops", 6,
                new Query("""sum by (source) (rate(arsenal_kernel_messages_lost_total{instance=~"$instance"}[$__rate_interval]))""", "messages lost: {{source}}"),
                new Query("""sum by (family) (rate(arsenal_series_dropped_total{instance=~"$instance"}[$__rate_interval]))""", "series dropped: {{family}}")),
            new Panel(Lines, "OTLP", "What was taken by the receiver, and what waits for it. Where otlp.endpoint is set.", "short", 12,
                new Query("""sum by (signal) (arsenal_otlp_waiting_items{instance=~"$instance"})""", "{{signal}} wait"),
                new Query("""sum by (signal) (rate(arsenal_otlp_sent_total{instance=~"$instance"}[$__rate_interval]))""", "{{signal}} sent a second")),
            new Panel(Lines, "Time of a page", "One in twenty takes longer.", "s", 12,
                new Query("""histogram_quantile(0.95, sum by (le, instance) (rate(arsenal_scrape_duration_seconds_bucket{instance=~"$instance"}[$__rate_interval])))""", "{{instance}}"))),
    ]);

    private static Panel Top(string title, string description, string unit, string series) => new(Lines, title, description + (description.Length > 0 ? " " : "") + "The ten groups that have most.", unit, 12,
        new Query($"topk(10, sum by (instance, group) ({series}))", "{{group}} {{instance}}"))
    { Link = ("Its processes", "process-arsenal-process", ["instance", "group"]) };
}
