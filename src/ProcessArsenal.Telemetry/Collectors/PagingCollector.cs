using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>Page faults of all threads, from /proc/PID/stat.</summary>
internal sealed class PagingCollector : Collector
{
    public override string Name => "paging";

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new()
        {
            Kind = MetricKind.Counter,
            GroupName = "process_group_paging_faults_total",
            GroupHelp = "Page faults of the group's processes since the exporter began to watch; a major one waits for storage.",
            ProcessName = "process_paging_faults_total",
            ProcessHelp = "Page faults of the process since it started; a major one waits for storage.",
            Semantic = new("process.paging.faults", "{fault}") { Attribute = "system.paging.fault.type" },
            Series =
            [
                new("type=\"major\"", "system_paging_fault_type=\"major\"", static (in ProcessRow row) => row.Sample.Stat.MajorFaults),
                new("type=\"minor\"", "system_paging_fault_type=\"minor\"", static (in ProcessRow row) => row.Sample.Stat.MinorFaults),
            ],
        },
    ];
}
