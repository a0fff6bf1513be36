using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>Bytes moved from and to storage, from /proc/PID/io.</summary>
internal sealed class DiskIoCollector : Collector
{
    public override string Name => "disk_io";

    public override string Needs => "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH over processes of other users";

    public override bool ReadsSource => true;

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new()
        {
            Kind = MetricKind.Counter,
            GroupName = "process_group_disk_io_bytes_total",
            GroupHelp = "Bytes that the group's processes fetched from storage or sent to it (page cache hits do not count), "
                + "since the exporter began to watch.",
            ProcessName = "process_disk_io_bytes_total",
            ProcessHelp = "Bytes that the process fetched from storage or sent to it since it started (page cache hits do not count).",
            Semantic = new("process.disk.io", "By") { Attribute = "disk.io.direction" },
            Unit = "bytes",
            Series =
            [
                new("disk_io_direction=\"read\"", "disk_io_direction=\"read\"", static (in ProcessRow row) => row.Sample.Io?.ReadBytes),
                new("disk_io_direction=\"write\"", "disk_io_direction=\"write\"", static (in ProcessRow row) => row.Sample.Io?.WriteBytes),
            ],
        },
    ];

    internal override ReadOutcome Collect(ProcessDirectory directory, in CollectionContext context, ref ProcessSample sample)
    {
        ReadOutcome outcome = directory.ReadIo(context.Buffer, out ProcIo io);
        sample.Io = outcome == ReadOutcome.Ok ? io : null;
        return outcome;
    }
}
