using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>CPU time of all threads, from /proc/PID/stat.</summary>
internal sealed class CpuCollector : Collector
{
    /// <summary>CPU time in clock ticks: user, system.</summary>
    public static readonly Metric Time = new()
    {
        Kind = MetricKind.Counter,
        GroupName = "process_group_cpu_time_seconds_total",
        GroupHelp = "CPU time used by the group's processes since the exporter began to watch, all threads.",
        ProcessName = "process_cpu_time_seconds_total",
        ProcessHelp = "CPU time used by the process since it started, all threads.",
        Semantic = new("process.cpu.time", "s") { Attribute = "cpu.mode" },
        Unit = "seconds",
        Divisor = SystemConstants.ClockTicksPerSecond,
        Series =
        [
            new("cpu_mode=\"user\"", "cpu_mode=\"user\"", static (in ProcessRow row) => ProcessFacts.UserTicks(row.Sample)),
            new("cpu_mode=\"system\"", "cpu_mode=\"system\"", static (in ProcessRow row) => ProcessFacts.SystemTicks(row.Sample)),
        ],
    };

    public override string Name => "cpu";

    public override IReadOnlyList<Metric> Metrics { get; } = [Time];
}
