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
            ProcessHelp = "Resident anonymous memory (heap, stacks) of the process.",
            Semantic = new("process.memory.anonymous", "By"),
            Unit = "bytes",
            Series = [new(static (in ProcessRow row) => ProcessFacts.AnonymousBytes(row.Sample))],
        },
        new()
        {
            Kind = MetricKind.Gauge,
            GroupName = "process_group_memory_swap_bytes",
            GroupHelp = "Swapped-out anonymous memory of the group's processes.",
            ProcessHelp = "Swapped-out anonymous memory of the process.",
            Semantic = new("process.memory.swap", "By"),
            Unit = "bytes",
            Series = [new(static (in ProcessRow row) => ProcessFacts.SwapBytes(row.Sample))],
        },
    ];

    /// <summary>The dearest of the files, and what it tells moves with resident memory: it is read when that has moved noticeably.</summary>
    internal override bool IsDue(in ProcessSample sample, bool slowRound)
    {
        if (slowRound || sample.Status is not { } status) return true;
        if (sample.Statm is not { } statm) return false;
        double resident = statm.ResidentPages * (double)SystemConstants.PageSize;
        double then = (double)status.AnonymousBytes + status.FileBytes + status.SharedBytes;
        return Math.Abs(resident - then) > Math.Max(1 << 20, then / 64);
    }

    internal override ReadOutcome Collect(ProcessDirectory directory, in CollectionContext context, ref ProcessSample sample)
    {
        ReadOutcome outcome = directory.ReadStatus(context.Buffer, out ProcStatus status);
        sample.Status = outcome == ReadOutcome.Ok ? status : null;
        return outcome;
    }
}
