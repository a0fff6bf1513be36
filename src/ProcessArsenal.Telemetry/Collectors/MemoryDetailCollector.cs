using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>Anonymous and swapped memory, from /proc/PID/status; the same file tells the user.</summary>
internal sealed class MemoryDetailCollector : Collector
{
    public override string Name => "memory_detail";

    public override bool ReadsSource => true;

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new()
        {
            Kind = MetricKind.Gauge,
            GroupName = "process_group_memory_anonymous_bytes",
            GroupHelp = "Resident anonymous memory (heap, stacks) of the group's processes.",
            Unit = "bytes",
            Series = [new(static (in ProcessRow row) => ProcessFacts.AnonymousBytes(row.Sample))],
        },
        new()
        {
            Kind = MetricKind.Gauge,
            GroupName = "process_group_memory_swap_bytes",
            GroupHelp = "Swapped-out anonymous memory of the group's processes.",
            Unit = "bytes",
            Series = [new(static (in ProcessRow row) => ProcessFacts.SwapBytes(row.Sample))],
        },
    ];

    internal override ReadOutcome Collect(ProcessDirectory directory, in CollectionContext context, ref ProcessSample sample)
    {
        ReadOutcome outcome = directory.ReadStatus(context.Buffer, out ProcStatus status);
        if (outcome == ReadOutcome.Ok) sample.Status = status;
        return outcome;
    }
}
