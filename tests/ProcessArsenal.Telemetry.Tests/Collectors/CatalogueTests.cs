using System.Text;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Compatibility;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Collectors;

public sealed class CatalogueTests
{
    private const string Introduction = """
        <!-- Generated from CollectorCatalogue by CatalogueTests: run 'make golden'. -->
        # Metrics

        What `/metrics` holds. A value that can't be read is absent, never 0; `arsenal_signal_available` says why.

        Labels hold what programs call themselves, which may be anything. Control characters other than newlines are shown as the pictures that Unicode
        has for them (`␛[31m`), or as `␦9B` where it has none, so that no page drives a terminal; a picture that was in the name has `␦` before it, so
        that no two names become one.

        ## Per group

        Every family has the label `group`, and the labels that the group's rule gives it.

        | family | type | labels | what it is |
        |---|---|---|---|

        """;

    private const string PerProcess = """

        ## Per process

        For processes that `watch` selects, for .NET processes, and for the busiest and largest. Every family has the labels `identity`, `pid` and `group`. Counters are those
        of the process since it started. `process_info{name, executable, owner, category, runtime, unit, container} 1` says who it is: join on `identity`.

        | family | type | labels | what it is |
        |---|---|---|---|

        """;

    private const string Otlp = """

        ## Between groups

        `process_flow_bytes_total{source, destination, transport}`, where `flows.enabled` has it watched: payload that processes of one group sent to those of another by TCP and that arrived, since the exporter began to watch,
        counted each 10 s. `(remote)` is elsewhere, `(unknown)` somebody here whose connections ended before anybody saw whose they were; at most 1,000 pairs, the rest is `other`.

        ## The same over OTLP

        Each process is a Resource of its own. Metrics of a process have the names of OpenTelemetry's semantic conventions; counters and up-down counters
        begin with the process. What .NET processes tell has the names, units, scopes and attributes that the programs give it: histograms of .NET 10 with
        their exponential buckets, those of earlier runtimes with count and sum alone, their quantiles as the gauge `<name>.quantile`. What counts since
        somebody listens begins with the session, and anew with the next one. The host has `system.process.count` (`process.state`) and
        `system.process.created`. Groups are not sent.

        | metric | unit | instrument | attribute | what it is |
        |---|---|---|---|---|

        """;

    private const string Compatible = """

        ## process-exporter's families

        With `compatibility: process-exporter`, per group of its rules. Every family per group has the label `groupname`, and the labels that the group's
        rule gives it. A declared group without processes is 0; what can't be read is absent.

        | family | type | labels | what it is |
        |---|---|---|---|

        """;

    private const string Rest = """

        ## .NET processes

        What the runtimes of .NET processes tell of themselves, for those that `dotnet.attach` selects (default: all that we may). Every family has the
        labels `identity`, `pid` and `group`. Beside those below: all instruments of the meters `System.Runtime`, of ASP.NET Core, of HttpClient, and of
        those under `dotnet.meters` (with `otel_scope_name`), under their OpenTelemetry names as Prometheus has them. What .NET 8 tells of its runtime
        are event counters: they are published under the names that the same values have as instruments since .NET 9. Histograms have real buckets
        on .NET 10; earlier runtimes tell none, so that theirs have only `+Inf`, and the gauge `<name>_quantile` over the latest second. A counter counts from when its
        process began, or from when it began to be listened to. Tags are labels; a runtime does not escape them, so that of a value with a comma that a name and `=` follow
        (`q=a,b=c`) the rest is a label of its own.

        | family | type | labels | what it is |
        |---|---|---|---|
        | `dotnet_gc_pause_duration_seconds` | histogram | | Times in which a garbage collection had all managed threads wait. |
        | `dotnet_monitor_lock_contention_duration_seconds` | histogram | | Times that threads waited for a lock (Monitor) of another. |
        | `dotnet_exceptions_total` | counter | `error_type` | Exceptions thrown, caught ones included: by the meter of .NET 9 and later, by events before. |
        | `dotnet_thread_pool_starvation_total` | counter | | Times that the thread pool took more threads since work waited too long. |
        | `arsenal_dotnet_session_state` | gauge | `state`, `reason` | 1 if the runtime of this .NET process is listened to; if not, or not to all that it is asked for, the reason says why. |
        | `arsenal_dotnet_events_lost_total` | counter | | Events that the process wrote and that did not reach us. |
        | `arsenal_dotnet_spans_asked` | gauge | `reason` | 1 if the process is asked for spans, where `dotnet.spans` and `otlp.endpoint` want them; if not, the reason says why. |
        | `arsenal_dotnet_span_filter_taken` | gauge | | 1 if another tool has taken the only filter for spans of this process, until they come again. |
        | `arsenal_dotnet_span_filter_untold_requests_total` | counter | | Requests that the process served while another tool had taken the filter for its spans, at least: none of them has a span. |

        Of the instruments of the runtime and of ASP.NET Core, those that dashboards ask for:

        | family | type | labels | what it is |
        |---|---|---|---|
        | `http_server_request_duration_seconds` | histogram | `http_route`, `http_request_method`, `http_response_status_code`, `error_type`, ... | Requests that were answered, and how long each took. |
        | `http_server_active_requests` | gauge | `http_request_method`, `url_scheme` | Requests that are being answered. |
        | `http_client_request_duration_seconds` | histogram | `server_address`, `http_request_method`, `http_response_status_code`, `error_type`, ... | Requests to others. |
        | `kestrel_active_connections` | gauge | `server_address`, ... | Connections that are open. |
        | `dotnet_gc_collections_total` | counter | `dotnet_gc_heap_generation` | Garbage collections. |
        | `dotnet_gc_pause_time_seconds_total` | counter | | Time in which collections had all managed threads wait. |
        | `dotnet_gc_heap_total_allocated_bytes_total` | counter | | Bytes that were allocated. |
        | `dotnet_gc_last_collection_heap_size_bytes` | gauge | `dotnet_gc_heap_generation` | The heap after the latest collection. |
        | `dotnet_gc_last_collection_memory_committed_size_bytes` | gauge | | Memory that the heap had taken then. |
        | `dotnet_thread_pool_thread_count` | gauge | | Threads of the pool. |
        | `dotnet_thread_pool_queue_length` | gauge | | Pieces of work that wait for one. |
        | `dotnet_thread_pool_work_item_count_total` | counter | | Pieces of work that were done. |
        | `dotnet_monitor_lock_contentions_total` | counter | | Times that a lock was waited for. |
        | `dotnet_timer_count` | gauge | | Timers that are set. |
        | `dotnet_process_cpu_time_seconds_total` | counter | `cpu_mode` | CPU time, as the runtime tells it. |
        | `dotnet_process_memory_working_set_bytes` | gauge | | Resident memory, as the runtime tells it. |

        ## Acting and supervision

        Counted since the exporter began. Those of supervisors are there where `supervisors` has some.

        | family | type | labels | what it is |
        |---|---|---|---|
        | `process_controller_actions_total` | counter | `action`, `trigger`, `policy`, `outcome` = succeeded, failed, refused, not_done, ... | Actions that were asked for, by what came of each. |
        | `process_controller_guard_refusals_total` | counter | `guard` | Actions that a guard refused. |
        | `process_controller_evidence_total` | counter | `result` = kept, not_taken | Times that evidence was to be taken, before an action or for its own sake. |
        | `process_controller_action_duration_seconds` | histogram | `action` | Time that an action took, until its effect was seen. |
        | `process_controller_processes_started_total` | counter | | Supervised children that were started as it was asked for. |
        | `process_controller_processes_stopped_total` | counter | | Processes that ended after they were asked to. |
        | `process_controller_processes_killed_total` | counter | | Processes that were ended by SIGKILL. |
        | `process_controller_processes_restarted_total` | counter | | Restarts after which a new process was seen to live. |
        | `process_controller_not_recorded_total` | counter | | Requests that were refused since they can't be recorded. |
        | `process_controller_ledger_available` | gauge | | 0 while there is no ledger, so that no action is taken. |
        | `process_controller_ledger_waiting` | gauge | | Rows that wait to be on the disk. |
        | `process_controller_paused` | gauge | | 1 while all actions are paused. |
        | `process_controller_audit_head` | gauge | `hash` | Number of the last row of the ledger, with its hash. |
        | `process_controller_managed_processes` | gauge | | Supervised children that run. |
        | `process_controller_health_checks_total` | counter | `supervisor`, `child`, `outcome` = success, failure | Health checks of supervised children. |
        | `process_controller_alert_deliveries_total` | counter | `outcome` = recorded, invalid, too_large, overloaded, not_recorded | Deliveries of Alertmanager, by what came of each. |
        | `process_controller_alerts_received_total` | counter | `status` = firing, resolved, `outcome` = accepted, duplicate, repeat, stale, not_for_us, no_policy | Alerts in deliveries that were recorded, by their own status and the verdict. |
        | `process_controller_alerts_truncated_total` | counter | | Alerts that were left out of deliveries, by Alertmanager (max_alerts), or as their labels are too large: nothing is known of them. |
        | `process_controller_alert_record_duration_seconds` | histogram | | Time until a delivery was on the disk. |
        | `process_controller_alert_incidents_open` | gauge | `told` = true, false | Alerts that fire and were kept, by whether policies were told of them. |
        | `process_controller_alert_events_waiting` | gauge | | Events of alerts that policies have not taken yet. |
        | `process_controller_alert_deliveries_waiting` | gauge | | Deliveries that wait to be on the disk. |
        | `process_controller_alert_sends_total` | counter | `outcome` = taken, failed | Requests by which alerts of our own are raised, kept up and resolved in Alertmanager, by what each replica said. |
        | `process_controller_alerts_raised` | gauge | | Alerts of our own that are raised in Alertmanager. |
        | `process_controller_policies` | gauge | `mode` | Policies by the mode that is in force. |
        | `process_controller_policy_latched` | gauge | `policy` | 1 while a policy only observes, as it has cured nothing too often. |
        | `process_controller_policy_score` | gauge | `policy` | Share of the runs of a policy whose outcome was verified that cured what had set them off; absent before the first. |
        | `process_controller_policy_runs_total` | counter | `policy`, `result` = cured, not_cured, unverified, refused, cancelled, rejected, expired | Runs of policies, by how they ended. |
        | `process_controller_approvals_waiting` | gauge | | Runs of policies that wait for an operator. |
        | `process_controller_policy_storm` | gauge | | 1 while no policy begins anything, as too much began at once. |
        | `process_controller_policy_inbox_waiting` | gauge | | Alerts that policies have not looked at yet. |
        | `process_controller_policy_inbox_refused_total` | counter | | Alerts that there was no room for when they were handed to policies; they are handed over again. |
        | `process_supervisor_up` | gauge | | 1 while our supervisors work; 0 while they can't. |
        | `process_supervisor_children` | gauge | `supervisor`, `state` | Children of a supervisor, by state. |
        | `process_supervisor_restarts_total` | counter | `supervisor`, `child` | Times that a child was started again without being asked for. |
        | `process_supervisor_recent_failures` | gauge | `supervisor` | Failures within the last `max_seconds`; more than `max_restarts`, and it is latched. |
        | `process_supervisor_latched` | gauge | `supervisor` | 1 while a supervisor starts nothing more by itself. |
        | `process_supervisor_log_dropped_bytes_total` | counter | `supervisor`, `child` | Bytes of a child's output that were not kept when its log was rotated. |

        ## The system

        | family | type | labels | what it is |
        |---|---|---|---|
        | `system_process_created_total` | counter | | Processes created since the exporter began to listen. Absent without the signal `process_events`. |
        | `system_process_count` | gauge | `process_state` | Processes by the state of their main thread, kernel threads included. Absent where some are hidden from us. |

        ## The exporter itself

        | family | type | labels | what it is |
        |---|---|---|---|
        | `arsenal_ticks_total` | counter | | Samples taken since start; the same number on two pages means the same sample. |
        | `arsenal_sample_duration_seconds` | gauge | | How long the sample took. |
        | `arsenal_snapshot_age_seconds` | gauge | | Time since the sample was begun. |
        | `arsenal_processes_unreadable` | gauge | | Processes that exist but could not be read. |
        | `arsenal_processes_excluded` | gauge | | Processes that `groups.exclude` took out. |
        | `arsenal_kernel_messages_lost_total` | counter | `source` | Messages of the kernel that were lost for lack of room; the next samples make up for them. |
        | `arsenal_groups_guessed_total` | counter | | Processes that were gone before it could be read what they were: their group is a guess by name and parent. |
        | `arsenal_exits_unaccounted_total` | counter | | Ended processes of whom it is not known what they used since their last sample. |
        | `arsenal_unattributed_cpu_seconds_total` | counter | | CPU time of ended processes that is in no group, since it is not known whose it was, or its group has left. |
        | `arsenal_collector_duration_seconds` | gauge | `collector` | Time to read one kernel source for all processes. |
        | `arsenal_collector_success` | gauge | `collector` | 1 if every file had the documented shape. |
        | `arsenal_series_dropped_total` | counter | `family` | What a cap kept out, summed over samples; with `family="dotnet"` also values in no known shape. |
        | `arsenal_groups_evicted_total` | counter | `family` | Groups without processes that left before `groups.linger`, as there were more than `groups.max`. |
        | `arsenal_signal_available` | gauge | `signal`, `reason` | Whether a signal is available, of every process if it is about them; if not, what it takes. |
        | `arsenal_build_info` | gauge | `version`, `revision`, `runtime` | Always 1. |
        | `arsenal_config_reloads_total` | counter | `outcome` | Times that the configuration was read again. |
        | `arsenal_config_last_reload_successful` | gauge | | 0 if the file is broken and the configuration before is kept. |
        | `arsenal_scrapes_total`, `arsenal_scrapes_refused_total` | counter | | Pages answered; pages refused because too many were on their way already. |
        | `arsenal_otlp_sent_total` | counter | `signal` = traces, metrics | Spans and data points that the receiver of OTLP has taken. The four families are there once `otlp.endpoint` is set. |
        | `arsenal_otlp_dropped_total` | counter | `signal`, `reason` = spool_full, unwritable, unreadable, refused, rejected, too_large, shutdown, queue_full | Those that it will not have. |
        | `arsenal_otlp_waiting_items`, `arsenal_otlp_waiting_bytes` | gauge | `signal` | Those that are kept until it takes them, and what they take, on disk or in memory. |
        | `arsenal_scrape_duration_seconds` | histogram | | Time to write one page. |

        `/metrics/self` has the runtime's and the web server's own metrics, by OpenTelemetry.

        """;

    [Fact]
    public void Every_family_of_a_page_is_in_the_document()
    {
        string document = File.ReadAllText(Path.Join(Golden.Root(), "docs/metrics.md"));
        IEnumerable<string> families = File.ReadLines(Path.Join(Golden.Root(), "tests/golden/page.txt"))
            .Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]);
        Assert.All(families, family => Assert.Matches($"`{family}[`{{]", document));
    }

    [Fact]
    public void The_document_is_what_the_catalogue_says()
    {
        var text = new StringBuilder(Introduction);
        foreach (Metric metric in CollectorCatalogue.Metrics.Where(metric => metric.GroupName is not null))
            Append(text, metric.GroupName!, metric, metric.GroupHelp, series => series.GroupLabel);
        text.Append(PerProcess);
        foreach (Metric metric in CollectorCatalogue.Metrics.Where(metric => metric.ProcessName is not null))
            Append(text, metric.ProcessName!, metric, metric.ProcessHelp, series => series.ProcessLabel);
        text.Append(Otlp);
        foreach (Metric metric in CollectorCatalogue.Metrics)
        {
            if (metric.Semantic is not { } name) continue;
            string instrument = metric.Kind == MetricKind.Counter ? "counter" : name.IsGauge ? "gauge" : "up-down counter";
            string attribute = name.Attribute is null ? "" : $"`{name.Attribute}` = {string.Join(", ", metric.Series.Select(series => series.ProcessLabelValue))}";
            text.Append($"| `{name.Name}` | `{name.Unit}` | {instrument} | {attribute} | {metric.ProcessHelp} |\n");
        }
        text.Append(Compatible);
        foreach (Metric metric in NamedGroupMetrics.All) Append(text, metric.GroupName!, metric, metric.GroupHelp, series => series.GroupLabel);
        text.Append($"| `{NamedGroupFamilies.ThreadCount}` | gauge | `threadname` | {NamedGroupFamilies.ThreadCountHelp} |\n");
        foreach (ThreadFamily family in NamedGroupFamilies.Threads)
        {
            string[][] labels = [.. family.Series.Where(series => series.Label.Length > 0).Select(series => series.Label.Split('='))];
            string more = labels.Length == 0 ? "" : $", `{labels[0][0]}` = {string.Join(", ", labels.Select(pair => pair[1].Trim('"')))}";
            text.Append($"| `{family.Name}` | counter | `threadname`{more} | {family.Help} |\n");
        }
        text.Append($"| `{NamedGroupFamilies.WaitChannels}` | gauge | `wchan` | {NamedGroupFamilies.WaitChannelsHelp} |\n");
        foreach ((string name, string help, _) in NamedGroupFamilies.Errors) text.Append($"| `{name}` | counter | | {help} |\n");
        Golden.Check("docs/metrics.md", text.Append(Rest).ToString());
    }

    [Fact]
    public void No_collector_is_left_out()
    {
        IEnumerable<Type> types = typeof(Collector).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Collector)) && !type.IsAbstract);
        Assert.Equal(types.OrderBy(type => type.Name), CollectorCatalogue.All.Select(collector => collector.GetType()).OrderBy(type => type.Name));
    }

    [Fact]
    public void Names_are_unique_and_as_the_conventions_want_them()
    {
        string[] names = [.. CollectorCatalogue.Metrics.SelectMany(metric => new[] { metric.GroupName, metric.ProcessName }).OfType<string>()];
        Assert.Distinct(names);
        Assert.Distinct(CollectorCatalogue.All.Select(collector => collector.Name));
        foreach (Metric metric in CollectorCatalogue.Metrics)
        {
            foreach (string name in new[] { metric.GroupName, metric.ProcessName }.OfType<string>())
            {
                Assert.Matches("^[a-z][a-z_]*$", name);
                Assert.Equal(metric.Kind == MetricKind.Counter, name.EndsWith("_total", StringComparison.Ordinal));
                if (metric.Unit is { } unit) Assert.EndsWith("_" + unit, name.Replace("_total", "", StringComparison.Ordinal), StringComparison.Ordinal);
            }
            if (metric.GroupName is not null) Assert.NotEmpty(metric.GroupHelp);
            if (metric.ProcessName is not null) Assert.NotEmpty(metric.ProcessHelp);
        }
    }

    [Fact]
    public void Slots_do_not_overlap()
    {
        IEnumerable<int> slots = CollectorCatalogue.Metrics.Where(metric => metric.GroupSlot >= 0)
            .SelectMany(metric => Enumerable.Range(metric.GroupSlot, metric.Series.Length));
        Assert.Equal(Enumerable.Range(0, CollectorCatalogue.GroupSlots), slots.Order());
    }

    private static void Append(StringBuilder text, string name, Metric metric, string help, Func<MetricSeries, string> label)
    {
        string type = metric.Kind == MetricKind.Counter ? "counter" : "gauge";
        string[][] labels = [.. metric.Series.Select(label).Where(block => block.Length > 0).Select(block => block.Split('='))];
        string shown = labels.Length == 0 ? "" : $"`{labels[0][0]}` = {string.Join(", ", labels.Select(pair => pair[1].Trim('"')))}";
        text.Append($"| `{name}` | {type} | {shown} | {help} |\n");
    }
}
