using static ProcessArsenal.Dashboards.PanelKind;

namespace ProcessArsenal.Dashboards;

/// <summary>Inside .NET processes.</summary>
internal static class DotnetBoard
{
    private const string It = """instance=~"$instance",group=~"$group",identity=~"$identity" """;

    private static readonly Variable Identity = new("identity", "Process", """label_values(arsenal_dotnet_session_state{instance=~"$instance",group=~"$group"}, identity)""", IsMany: true);

    public static Dashboard Create() => new("process-arsenal-dotnet", "Processes: .NET runtime and requests", "What the runtimes of .NET processes tell, without a change to the programs.", [Boards.Instance, Boards.Group, Identity],
    [
        new Row("Requests",
            new Panel(Lines, "Requests", "By route.", "reqps", 8, new Query($$"""sum by (group, http_route) (rate(http_server_request_duration_seconds_count{{{It}}}[$__rate_interval]))""", "{{group}} {{http_route}}")),
            new Panel(Lines, "Failed", "Answered by 5xx, by route.", "reqps", 8, new Query($$"""sum by (group, http_route) (rate(http_server_request_duration_seconds_count{{{It}},http_response_status_code=~"5.."}[$__rate_interval]))""", "{{group}} {{http_route}}")),
            new Panel(Lines, "Time to answer", "Half, one in twenty and one in a hundred take longer. Programs on .NET 10.", "s", 8,
                Quantile("0.5"), Quantile("0.95"), Quantile("0.99")),
            new Panel(Lines, "Being answered", "", "short", 8, new Query($$"""sum by (group, pid) (http_server_active_requests{{{It}}})""", "{{group}} {{pid}}")),
            new Panel(Lines, "Connections", "", "short", 8, new Query($$"""sum by (group, pid) (kestrel_active_connections{{{It}}})""", "{{group}} {{pid}}")),
            new Panel(Lines, "Requests to others", "Mean time until whom it asks has answered.", "s", 8, new Query(
                $$"""sum by (group, server_address) (rate(http_client_request_duration_seconds_sum{{{It}}}[$__rate_interval])) / sum by (group, server_address) (rate(http_client_request_duration_seconds_count{{{It}}}[$__rate_interval]))""",
                "{{group}} → {{server_address}}"))),
        new Row("Memory and garbage collection",
            new Panel(Lines, "Pauses", "Part of the time in which all managed threads wait for collections.", "percentunit", 8, new Query($$"""rate(dotnet_gc_pause_duration_seconds_sum{{{It}}}[$__rate_interval])""", "{{group}} {{pid}}")) { Limits = (0.1, 0.2) },
            new Panel(Lines, "Longest pauses", "One in a hundred takes longer.", "s", 8, new Query($$"""histogram_quantile(0.99, sum by (le, group, pid) (rate(dotnet_gc_pause_duration_seconds_bucket{{{It}}}[$__rate_interval])))""", "{{group}} {{pid}}")),
            new Panel(Lines, "Collections", "By generation.", "ops", 8, new Query($$"""sum by (group, dotnet_gc_heap_generation) (rate(dotnet_gc_collections_total{{{It}}}[$__rate_interval]))""", "{{group}} {{dotnet_gc_heap_generation}}")),
            new Panel(Areas, "Heap", "After the latest collection, by generation.", "bytes", 8, new Query($$"""sum by (group, dotnet_gc_heap_generation) (dotnet_gc_last_collection_heap_size_bytes{{{It}}})""", "{{group}} {{dotnet_gc_heap_generation}}")),
            new Panel(Lines, "Resident and committed", "What the process has, and what of it its heap has taken.", "bytes", 8,
                new Query($$"""dotnet_process_memory_working_set_bytes{{{It}}}""", "{{group}} {{pid}} resident"), new Query($$"""dotnet_gc_last_collection_memory_committed_size_bytes{{{It}}}""", "{{group}} {{pid}} committed")),
            new Panel(Lines, "Allocated", "", "Bps", 8, new Query($$"""rate(dotnet_gc_heap_total_allocated_bytes_total{{{It}}}[$__rate_interval])""", "{{group}} {{pid}}"))),
        new Row("Threads, locks, exceptions",
            new Panel(Lines, "Waiting for a thread", "Pieces of work in the queue of the thread pool.", "short", 8, new Query($$"""dotnet_thread_pool_queue_length{{{It}}}""", "{{group}} {{pid}}")),
            new Panel(Lines, "Threads of the pool", "They rise one or two a second where work blocks them.", "short", 8, new Query($$"""dotnet_thread_pool_thread_count{{{It}}}""", "{{group}} {{pid}}")),
            new Panel(Lines, "Starvation", "Times that more threads were taken since work waited too long.", "ops", 8, new Query($$"""rate(dotnet_thread_pool_starvation_total{{{It}}}[$__rate_interval])""", "{{group}} {{pid}}")),
            new Panel(Lines, "Work done", "Pieces of work of the thread pool.", "ops", 8, new Query($$"""rate(dotnet_thread_pool_work_item_count_total{{{It}}}[$__rate_interval])""", "{{group}} {{pid}}")),
            new Panel(Lines, "Waits for locks", "Threads that wait for a lock of another, on average.", "short", 8, new Query($$"""rate(dotnet_monitor_lock_contention_duration_seconds_sum{{{It}}}[$__rate_interval])""", "{{group}} {{pid}}")),
            new Panel(Lines, "Exceptions", "Thrown, caught ones included, by type.", "ops", 8, new Query($$"""sum by (group, error_type) (rate(dotnet_exceptions_total{{{It}}}[$__rate_interval]))""", "{{group}} {{error_type}}"))),
        new Row("Who is listened to",
            new Panel(Table, "Runtimes", "1: listened to. If not, or not to all, the reason says why.", "short", 16, new Query($$"""arsenal_dotnet_session_state{{{It}}}""", "listened to")),
            new Panel(Lines, "Events lost", "What programs wrote and did not reach us.", "ops", 8, new Query($$"""rate(arsenal_dotnet_events_lost_total{{{It}}}[$__rate_interval])""", "{{group}} {{pid}}"))),
    ]);

    private static Query Quantile(string quantile) => new(
        $$"""histogram_quantile({{quantile}}, sum by (le, group) (rate(http_server_request_duration_seconds_bucket{{{It}}}[$__rate_interval])))""", "{{group}} " + quantile);
}
