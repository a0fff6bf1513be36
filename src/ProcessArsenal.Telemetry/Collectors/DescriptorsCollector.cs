using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>Open file descriptors, from /proc/PID/fd, and how near they are to the soft RLIMIT_NOFILE.</summary>
internal sealed class DescriptorsCollector : Collector
{
    public override string Name => "file_descriptors";

    public override string Needs => "Linux 6.2, or CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH over processes of other users";

    public override bool ReadsSource => true;

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new()
        {
            Kind = MetricKind.Gauge,
            GroupName = "process_group_file_descriptors",
            GroupHelp = "Open file descriptors of the group's processes.",
            ProcessName = "process_unix_file_descriptor_count",
            ProcessHelp = "Open file descriptors of the process.",
            Semantic = new("process.unix.file_descriptor.count", "{file_descriptor}"),
            Series = [new(static (in ProcessRow row) => ProcessFacts.Descriptors(row.Sample))],
        },
        new()
        {
            Kind = MetricKind.Gauge,
            Aggregation = Aggregation.Max,
            GroupName = "process_group_file_descriptor_usage_ratio_max",
            GroupHelp = "Open file descriptors divided by the soft limit, of the process in the group that is nearest to it.",
            Series = [new(static (in ProcessRow row) => ProcessFacts.DescriptorRatio(row))],
        },
    ];

    internal override ReadOutcome Collect(ProcessDirectory directory, in CollectionContext context, ref ProcessSample sample)
    {
        ReadOutcome outcome = directory.ReadDescriptorCount(context.Buffer, context.DescriptorSizeIsCount, out int count);
        sample.Descriptors = outcome == ReadOutcome.Ok ? count : null;
        return outcome;
    }
}
