using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>Memory with what is shared told apart, from /proc/PID/smaps_rollup. It reads nothing in the tick: <see cref="SmapsReader"/>
/// does, between two ticks, within a budget of time.</summary>
internal sealed class ProportionalMemoryCollector : Collector
{
    public override string Name => SmapsReader.Signal;

    public override string Needs => "CAP_SYS_PTRACE over processes of other users";

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new()
        {
            Kind = MetricKind.Gauge,
            GroupName = "process_group_memory_proportional_bytes",
            GroupHelp = "Resident memory of the group's processes, each page divided by the number of processes that map it (PSS); "
                + "as old as the sampling.smaps_budget makes it.",
            ProcessHelp = "Resident memory of the process, each page divided by the number of processes that map it (PSS); as old as the sampling.smaps_budget makes it.",
            Semantic = new("process.memory.proportional", "By"),
            Unit = "bytes",
            Series = [new(static (in ProcessRow row) => ProcessFacts.ProportionalBytes(row.Sample))],
        },
        new()
        {
            Kind = MetricKind.Gauge,
            GroupName = "process_group_memory_unique_bytes",
            GroupHelp = "Resident memory of the group's processes that no other process maps (USS); as old as the sampling.smaps_budget makes it.",
            ProcessHelp = "Resident memory of the process that no other maps (USS); as old as the sampling.smaps_budget makes it.",
            Semantic = new("process.memory.unique", "By"),
            Unit = "bytes",
            Series = [new(static (in ProcessRow row) => ProcessFacts.UniqueBytes(row.Sample))],
        },
    ];
}
