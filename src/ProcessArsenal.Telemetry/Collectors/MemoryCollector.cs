using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>Resident and virtual memory, from /proc/PID/statm.</summary>
internal sealed class MemoryCollector : Collector
{
    public override string Name => "memory";

    public override bool ReadsSource => true;

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new()
        {
            Kind = MetricKind.Gauge,
            GroupName = "process_group_memory_usage_bytes",
            GroupHelp = "Resident memory of the group's processes; pages that they share are counted once for each of them.",
            ProcessName = "process_memory_usage_bytes",
            ProcessHelp = "Resident memory of the process.",
            Semantic = new("process.memory.usage", "By"),
            Unit = "bytes",
            Series = [new(static (in ProcessRow row) => ProcessFacts.ResidentBytes(row.Sample))],
        },
        new()
        {
            Kind = MetricKind.Gauge,
            GroupName = "process_group_memory_virtual_bytes",
            GroupHelp = "Address space of the group's processes.",
            ProcessName = "process_memory_virtual_bytes",
            ProcessHelp = "Address space of the process.",
            Semantic = new("process.memory.virtual", "By"),
            Unit = "bytes",
            Series = [new(static (in ProcessRow row) => ProcessFacts.VirtualBytes(row.Sample))],
        },
    ];

    internal override ReadOutcome Collect(ProcessDirectory directory, in CollectionContext context, ref ProcessSample sample)
    {
        ReadOutcome outcome = directory.ReadStatm(context.Buffer, out ProcStatm statm);
        sample.Statm = outcome == ReadOutcome.Ok ? statm : null;
        return outcome;
    }
}
