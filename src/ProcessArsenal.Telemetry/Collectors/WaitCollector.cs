using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>What threads wait for, from taskstats; read for all processes of a tick at once (<see cref="AccountingReader"/>).</summary>
internal sealed class WaitCollector : Collector
{
    public const string Signal = "wait";

    /// <summary>Whether waits for block I/O, swap and reclaim are counted.</summary>
    public const string DelaySignal = "wait_delays";

    public override string Name => Signal;

    public override string Needs => "CAP_NET_ADMIN in the initial user namespace";

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new()
        {
            Kind = MetricKind.Counter,
            GroupName = "process_group_wait_seconds_total",
            GroupHelp = "Time that threads of the group's processes waited, by reason, since the exporter began to watch; summed over threads.",
            ProcessName = "process_wait_seconds_total",
            ProcessHelp = "Time that threads of the process waited, by reason, since it started; summed over threads.",
            Semantic = new("process.wait", "s") { Attribute = "reason" },
            Unit = "seconds",
            Divisor = 1e9,
            Series =
            [
                new("reason=\"run_queue\"", "reason=\"run_queue\"", static (in ProcessRow row) => row.Sample.Accounting?.RunQueueNanoseconds) { Signal = Signal },
                new("reason=\"block_io\"", "reason=\"block_io\"", static (in ProcessRow row) => ProcessFacts.BlockIoWaitNanoseconds(row.Sample)) { Signal = DelaySignal },
                new("reason=\"swap\"", "reason=\"swap\"", static (in ProcessRow row) => ProcessFacts.SwapWaitNanoseconds(row.Sample)) { Signal = DelaySignal },
                new("reason=\"reclaim\"", "reason=\"reclaim\"", static (in ProcessRow row) => ProcessFacts.ReclaimWaitNanoseconds(row.Sample)) { Signal = DelaySignal },
            ],
        },
    ];
}
