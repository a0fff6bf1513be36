using static ProcessArsenal.Dashboards.PanelKind;

namespace ProcessArsenal.Dashboards;

/// <summary>What is done to processes.</summary>
internal static class RecoveryBoard
{
    private const string Here = """instance=~"$instance" """;

    public static Dashboard Create() => new("process-arsenal-recovery", "Processes: recovery", "Alerts, what was done about them and what was refused, and supervisors. On the host: process-arsenal actions.", [Boards.Instance],
    [
        new Row("Now",
            new Panel(Number, "Actions", "Paused by process-arsenal pause.", "short", 4, new Query($$"""max(process_controller_paused{{{Here}}})""", "", IsInstant: true)) { Words = [(0, "allowed"), (1, "paused")], Limits = (0.5, 1) },
            new Panel(Number, "Ledger", "Without one nothing is done.", "short", 4, new Query($$"""min(process_controller_ledger_available{{{Here}}})""", "", IsInstant: true)) { Words = [(0, "none"), (1, "available")] },
            new Panel(Number, "Rows of the ledger", "Its head; its hash is the label of process_controller_audit_head.", "short", 4, new Query($$"""max(process_controller_audit_head{{{Here}}})""", "", IsInstant: true)),
            new Panel(Number, "Supervised", "Children that run.", "short", 4, new Query($$"""sum(process_controller_managed_processes{{{Here}}})""", "", IsInstant: true)),
            new Panel(Number, "Supervisors that gave up", "", "short", 4, new Query($$"""sum(process_supervisor_latched{{{Here}}})""", "", IsInstant: true)) { Limits = (0.5, 1) },
            new Panel(Number, "Storm", "Too much began at once: no policy begins anything.", "short", 4, new Query($$"""max(process_controller_policy_storm{{{Here}}})""", "", IsInstant: true)) { Words = [(0, "none"), (1, "storm")], Limits = (0.5, 1) },
            new Panel(Number, "Raised", "Alerts of our own that are raised in Alertmanager.", "short", 4, new Query($$"""sum(process_controller_alerts_raised{{{Here}}})""", "", IsInstant: true)),
            new Panel(Number, "Not recorded", "Requests that were refused since they can't be recorded, within the time shown.", "short", 4, new Query($$"""sum(increase(process_controller_not_recorded_total{{{Here}}}[$__range]))""", "", IsInstant: true)) { Limits = (0.5, 1) },
            new Panel(Table, "Alerts that can be acted upon", "Those with the label process_arsenal: act. A click shows the process or group.", "short", 24, new Query($$"""ALERTS{{{Here}},process_arsenal="act"}""", "fires"))
            { Link = ("Its processes", "process-arsenal-process", ["instance", "group"]), Hidden = ["process_arsenal"] }),
        new Row("Actions",
            new Panel(Lines, "By outcome", "Asked for in a minute.", "short", 12, new Query($$"""sum by (outcome) (rate(process_controller_actions_total{{{Here}}}[$__rate_interval])) * 60""", "{{outcome}}", HasExemplars: true)),
            new Panel(Lines, "By action and by whom", "Asked for in a minute.", "short", 12, new Query($$"""sum by (action, trigger, policy) (rate(process_controller_actions_total{{{Here}}}[$__rate_interval])) * 60""", "{{action}} by {{trigger}} {{policy}}")),
            new Panel(Lines, "Refused by guards", "In a minute, by guard. On the host: process-arsenal actions --outcome refused --long says why.", "short", 12, new Query($$"""sum by (guard) (rate(process_controller_guard_refusals_total{{{Here}}}[$__rate_interval])) * 60""", "{{guard}}", HasExemplars: true)),
            new Panel(Lines, "Time of an action", "Until its effect was seen; one in twenty takes longer. The points lead to traces.", "s", 12,
                new Query($$"""histogram_quantile(0.95, sum by (le, action) (rate(process_controller_action_duration_seconds_bucket{{{Here}}}[$__rate_interval])))""", "{{action}}", HasExemplars: true)),
            new Panel(Lines, "What came of them", "Since the exporter began.", "short", 12,
                new Query($$"""sum(process_controller_processes_started_total{{{Here}}})""", "started"), new Query($$"""sum(process_controller_processes_restarted_total{{{Here}}})""", "restarted"),
                new Query($$"""sum(process_controller_processes_stopped_total{{{Here}}})""", "stopped"), new Query($$"""sum(process_controller_processes_killed_total{{{Here}}})""", "killed")),
            new Panel(Lines, "Rows that wait for the disk", "", "short", 12, new Query($$"""process_controller_ledger_waiting{{{Here}}}""", "{{instance}}"))),
        new Row("Alerts and policies",
            new Panel(Lines, "Alerts that were delivered", "In a minute, by what became of each: accepted, a duplicate of another replica, ...", "short", 8, new Query($$"""sum by (status, outcome) (rate(process_controller_alerts_received_total{{{Here}}}[$__rate_interval])) * 60""", "{{status}} {{outcome}}")),
            new Panel(Lines, "Deliveries", "In a minute. What was not recorded Alertmanager delivers again.", "short", 8, new Query($$"""sum by (outcome) (rate(process_controller_alert_deliveries_total{{{Here}}}[$__rate_interval])) * 60""", "{{outcome}}")),
            new Panel(Lines, "Time until a delivery is on the disk", "One in a hundred takes longer.", "s", 8, new Query($$"""histogram_quantile(0.99, sum by (le) (rate(process_controller_alert_record_duration_seconds_bucket{{{Here}}}[$__rate_interval])))""", "p99")),
            new Panel(Lines, "Alerts that fire", "By whether policies were told.", "short", 8, new Query($$"""sum by (told) (process_controller_alert_incidents_open{{{Here}}})""", "told: {{told}}")),
            new Panel(Lines, "Waiting", "For policies, and for an operator.", "short", 8,
                new Query($$"""sum(process_controller_policy_inbox_waiting{{{Here}}})""", "alerts"), new Query($$"""sum(process_controller_approvals_waiting{{{Here}}})""", "approvals (process-arsenal approve)")),
            new Panel(Lines, "Policies by mode", "", "short", 8, new Query($$"""sum by (mode) (process_controller_policies{{{Here}}})""", "{{mode}}")),
            new Panel(Lines, "Cures", "Runs of policies within an hour, by how they ended.", "short", 8, new Query($$"""sum by (policy, result) (increase(process_controller_policy_runs_total{{{Here}}}[1h]))""", "{{policy}} {{result}}")),
            new Panel(Lines, "How often it helped", "Of the runs of a policy that were verified.", "percentunit", 8, new Query($$"""process_controller_policy_score{{{Here}}}""", "{{policy}}")),
            new Panel(Lines, "Evidence", "Bundles within an hour, by what came of each. On the host: process-arsenal actions --long names that of each action, process-arsenal snapshot get fetches it.", "short", 8, new Query($$"""sum by (result) (increase(process_controller_evidence_total{{{Here}}}[1h]))""", "{{result}}")),
            new Panel(Table, "Policies that gave up", "1: it has cured nothing too often, and only observes. process-arsenal policies says why.", "short", 8, new Query($$"""process_controller_policy_latched{{{Here}}}""", "latched"))),
        new Row("Supervisors",
            new Panel(Areas, "Children by state", "", "short", 8, new Query($$"""sum by (supervisor, state) (process_supervisor_children{{{Here}}})""", "{{supervisor}} {{state}}")),
            new Panel(Lines, "Started again", "Without being asked for, in a minute.", "short", 8, new Query($$"""sum by (supervisor, child) (rate(process_supervisor_restarts_total{{{Here}}}[$__rate_interval])) * 60""", "{{supervisor}}/{{child}}")),
            new Panel(Lines, "Failures that count", "Within the last max_seconds; more than max_restarts, and the supervisor gives up.", "short", 8, new Query($$"""process_supervisor_recent_failures{{{Here}}}""", "{{supervisor}}")),
            new Panel(Lines, "Health checks", "By how they were answered.", "ops", 8, new Query($$"""sum by (supervisor, child, outcome) (rate(process_controller_health_checks_total{{{Here}}}[$__rate_interval]))""", "{{supervisor}}/{{child}} {{outcome}}")),
            new Panel(Lines, "Output that was not kept", "When logs were rotated.", "Bps", 8, new Query($$"""sum by (supervisor, child) (rate(process_supervisor_log_dropped_bytes_total{{{Here}}}[$__rate_interval]))""", "{{supervisor}}/{{child}}")),
            new Panel(Table, "Supervisors at work", "0: they can't; the log says why.", "short", 8, new Query($$"""process_supervisor_up{{{Here}}}""", "up"))),
    ]);
}
