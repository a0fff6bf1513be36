using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Linting;

/// <summary>The metrics that are on our page. Those of docs/metrics.md: a test compares.</summary>
internal static class MetricNames
{
    /// <summary>Beside those of <see cref="CollectorCatalogue"/>.</summary>
    private static readonly string[] Others =
    [
        "process_info", "process_flow_bytes_total", "system_process_created_total", "system_process_count",
        "namedprocess_namegroup_num_procs", "namedprocess_namegroup_num_threads", "namedprocess_namegroup_states", "namedprocess_namegroup_memory_bytes",
        "namedprocess_namegroup_open_filedesc", "namedprocess_namegroup_worst_fd_ratio", "namedprocess_namegroup_oldest_start_time_seconds", "namedprocess_namegroup_cpu_seconds_total",
        "namedprocess_namegroup_read_bytes_total", "namedprocess_namegroup_write_bytes_total", "namedprocess_namegroup_major_page_faults_total", "namedprocess_namegroup_minor_page_faults_total",
        "namedprocess_namegroup_context_switches_total", "namedprocess_namegroup_thread_count", "namedprocess_namegroup_thread_cpu_seconds_total", "namedprocess_namegroup_thread_io_bytes_total",
        "namedprocess_namegroup_thread_major_page_faults_total", "namedprocess_namegroup_thread_minor_page_faults_total", "namedprocess_namegroup_thread_context_switches_total",
        "namedprocess_namegroup_threads_wchan", "namedprocess_scrape_errors", "namedprocess_scrape_partial_errors", "namedprocess_scrape_procread_errors",
        "dotnet_gc_pause_duration_seconds", "dotnet_monitor_lock_contention_duration_seconds", "dotnet_exceptions_total", "dotnet_thread_pool_starvation_total",
        "http_server_request_duration_seconds", "http_server_active_requests", "http_client_request_duration_seconds", "kestrel_active_connections",
        "dotnet_gc_collections_total", "dotnet_gc_pause_time_seconds_total", "dotnet_gc_heap_total_allocated_bytes_total", "dotnet_gc_last_collection_heap_size_bytes",
        "dotnet_gc_last_collection_memory_committed_size_bytes", "dotnet_thread_pool_thread_count", "dotnet_thread_pool_queue_length", "dotnet_thread_pool_work_item_count_total",
        "dotnet_monitor_lock_contentions_total", "dotnet_timer_count", "dotnet_process_cpu_time_seconds_total", "dotnet_process_memory_working_set_bytes",
        "arsenal_dotnet_session_state", "arsenal_dotnet_events_lost_total", "arsenal_dotnet_spans_asked", "arsenal_dotnet_span_filter_taken", "arsenal_dotnet_span_filter_untold_requests_total",
        "process_controller_actions_total", "process_controller_guard_refusals_total", "process_controller_evidence_total", "process_controller_action_duration_seconds", "process_controller_processes_started_total",
        "process_controller_processes_stopped_total", "process_controller_processes_killed_total", "process_controller_processes_restarted_total", "process_controller_not_recorded_total",
        "process_controller_ledger_available", "process_controller_ledger_waiting", "process_controller_paused", "process_controller_audit_head", "process_controller_managed_processes",
        "process_controller_health_checks_total",
        "process_controller_alert_deliveries_total", "process_controller_alerts_received_total", "process_controller_alerts_truncated_total",
        "process_controller_alert_record_duration_seconds", "process_controller_alert_incidents_open", "process_controller_alert_events_waiting",
        "process_controller_alert_deliveries_waiting", "process_controller_alert_sends_total", "process_controller_alerts_raised", "process_controller_policies",
        "process_controller_policy_latched", "process_controller_policy_score", "process_controller_policy_runs_total", "process_controller_approvals_waiting",
        "process_controller_policy_storm", "process_controller_policy_inbox_waiting", "process_controller_policy_inbox_refused_total",
        "process_supervisor_up", "process_supervisor_children", "process_supervisor_restarts_total", "process_supervisor_recent_failures", "process_supervisor_latched",
        "process_supervisor_log_dropped_bytes_total",
        "arsenal_ticks_total", "arsenal_sample_duration_seconds", "arsenal_snapshot_age_seconds", "arsenal_processes_unreadable", "arsenal_processes_excluded",
        "arsenal_kernel_messages_lost_total", "arsenal_groups_guessed_total", "arsenal_exits_unaccounted_total", "arsenal_unattributed_cpu_seconds_total", "arsenal_collector_duration_seconds",
        "arsenal_collector_success", "arsenal_series_dropped_total", "arsenal_groups_evicted_total", "arsenal_signal_available", "arsenal_build_info", "arsenal_config_reloads_total",
        "arsenal_config_last_reload_successful", "arsenal_scrapes_total", "arsenal_scrapes_refused_total", "arsenal_scrape_duration_seconds",
        "arsenal_otlp_sent_total", "arsenal_otlp_dropped_total", "arsenal_otlp_waiting_items", "arsenal_otlp_waiting_bytes",
    ];

    private static readonly string[] Histograms =
    [
        "http_server_request_duration_seconds", "http_client_request_duration_seconds", "dotnet_gc_pause_duration_seconds", "dotnet_monitor_lock_contention_duration_seconds",
        "process_controller_action_duration_seconds", "process_controller_alert_record_duration_seconds", "arsenal_scrape_duration_seconds",
    ];

    /// <summary>Names that begin so are nobody else's.</summary>
    private static readonly string[] OurBeginnings = ["process_group_", "process_controller_", "process_supervisor_", "process_flow_", "arsenal_", "namedprocess_", "system_process_"];

    /// <summary>What client libraries of Prometheus tell of their own process (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics, prometheus-net).</summary>
    private static readonly string[] OfClientLibraries =
    [
        "process_cpu_seconds_total", "process_open_fds", "process_max_fds", "process_virtual_memory_bytes", "process_virtual_memory_max_bytes", "process_resident_memory_bytes", "process_heap_bytes",
        "process_start_time_seconds", "process_threads", "process_num_threads", "process_open_handles", "process_private_memory_bytes", "process_working_set_bytes",
        "process_network_receive_bytes_total", "process_network_transmit_bytes_total",
    ];

    /// <summary>Families, without the endings of a histogram's series.</summary>
    public static IReadOnlyList<string> Families { get; } =
        [.. CollectorCatalogue.Metrics.SelectMany(static metric => (string?[])[metric.GroupName, metric.ProcessName]).OfType<string>(), .. Others];

    private static readonly HashSet<string> Series = [.. Families, .. Histograms.SelectMany(static name => (string[])[name + "_bucket", name + "_sum", name + "_count", name + "_quantile"])];

    /// <summary>Whether a metric is on our page.</summary>
    public static bool IsOurs(string name) => Series.Contains(name);

    /// <summary>Whether a name must be one of ours, as it begins like one.</summary>
    public static bool MustBeOurs(string name) => Array.Exists(OurBeginnings, beginning => name.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Whether a name may be meant to be one of ours: of what single processes and runtimes tell, others tell too.</summary>
    public static bool MayBeOurs(string name) =>
        !OfClientLibraries.Contains(name) && (name.StartsWith("process_", StringComparison.Ordinal) || name.StartsWith("dotnet_", StringComparison.Ordinal) || name.StartsWith("http_server_", StringComparison.Ordinal));

    /// <summary>The one that was meant by a mistyped one; null if none is near.</summary>
    public static string? Nearest(string name) => NearestName.Find(name, Series);
}
