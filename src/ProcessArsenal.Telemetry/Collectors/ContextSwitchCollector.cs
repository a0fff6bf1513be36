using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>Context switches of all threads, from taskstats (<see cref="AccountingReader"/>): those in /proc/PID/status are the main thread's
/// alone.</summary>
internal sealed class ContextSwitchCollector : Collector
{
    public const string Signal = "context_switches";

    public override string Name => Signal;

    public override string Needs => "CAP_NET_ADMIN in the initial user namespace";

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new()
        {
            Kind = MetricKind.Counter,
            GroupName = "process_group_context_switches_total",
            GroupHelp = "Context switches of all threads of the group's processes since the exporter began to watch.",
            ProcessName = "process_context_switches_total",
            ProcessHelp = "Context switches of all threads of the process since it started.",
            Semantic = new("process.context_switches", "{context_switch}") { Attribute = "process.context_switch.type" },
            Series =
            [
                new("type=\"voluntary\"", "process_context_switch_type=\"voluntary\"",
                    static (in ProcessRow row) => row.Sample.Accounting?.VoluntarySwitches) { Signal = Signal },
                new("type=\"involuntary\"", "process_context_switch_type=\"involuntary\"",
                    static (in ProcessRow row) => row.Sample.Accounting?.InvoluntarySwitches) { Signal = Signal },
            ],
        },
    ];
}
