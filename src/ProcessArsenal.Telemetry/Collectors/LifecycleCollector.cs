using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>How many processes and threads there are, in which state, since when; starts and exits.</summary>
internal sealed class LifecycleCollector : Collector
{
    /// <summary>Starts: counted as they are found or told, not read from a process.</summary>
    public static readonly Metric Starts = new()
    {
        Kind = MetricKind.Counter,
        GroupName = "process_group_starts_total",
        GroupHelp = "Processes of the group that started since the exporter began to watch; without the signal process_events only those that a sample saw.",
        Series = [new("", "", null)],
    };

    /// <summary>Exits: a series per <see cref="ExitOutcome"/>.</summary>
    public static readonly Metric Exits = new()
    {
        Kind = MetricKind.Counter,
        GroupName = "process_group_exits_total",
        GroupHelp = "Processes of the group that ended since the exporter began to watch, by how they ended; without the signal process_events only those that a sample saw.",
        Series =
        [
            new("outcome=\"success\"", "", null),
            new("outcome=\"failure\"", "", null),
            new("outcome=\"signal\"", "", null),
            new("outcome=\"oom_kill\"", "", null),
            new("outcome=\"unknown\"", "", null),
        ],
    };

    public override string Name => "lifecycle";

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new()
        {
            Kind = MetricKind.Gauge,
            GroupName = "process_group_processes",
            GroupHelp = "Processes in the group.",
            Series = [new(static (in ProcessRow _) => 1)],
        },
        new()
        {
            Kind = MetricKind.Gauge,
            GroupName = "process_group_threads",
            GroupHelp = "Threads of the group's processes.",
            ProcessName = "process_thread_count",
            ProcessHelp = "Threads of the process.",
            Semantic = new("process.thread.count", "{thread}"),
            Series = [new(static (in ProcessRow row) => row.Sample.Stat.Threads)],
        },
        new()
        {
            Kind = MetricKind.Gauge,
            GroupName = "process_group_states",
            GroupHelp = "Processes in the group by the state of their main thread.",
            Series = [.. ProcessStates.Names.Select((name, index) => new MetricSeries(
                $"state=\"{name}\"", "", (in ProcessRow row) => ProcessStates.IndexOf(row.Sample.Stat.State) == index ? 1 : 0))],
        },
        new()
        {
            Kind = MetricKind.Gauge,
            Aggregation = Aggregation.Min,
            GroupName = "process_group_oldest_start_time_seconds",
            GroupHelp = "When the oldest process of the group started, Unix time.",
            ProcessName = "process_creation_time_seconds",
            ProcessHelp = "When the process started, Unix time.",
            Semantic = new("process.creation.time", "s") { IsGauge = true },
            Unit = "seconds",
            Series = [new(static (in ProcessRow row) => row.Description.StartSeconds)],
        },
        new()
        {
            Kind = MetricKind.Gauge,
            ProcessName = "process_uptime_seconds",
            ProcessHelp = "Time since the process started.",
            Semantic = new("process.uptime", "s") { IsGauge = true },
            Unit = "seconds",
            Series = [new(static (in ProcessRow row) => row.Uptime?.TotalSeconds)],
        },
        Starts,
        Exits,
    ];
}

/// <summary>How a process ended. The order is that of the series of <see cref="LifecycleCollector.Exits"/>.</summary>
public enum ExitOutcome
{
    /// <summary>Exit code 0.</summary>
    Success,

    /// <summary>Another exit code.</summary>
    Failure,

    /// <summary>Ended by a signal.</summary>
    Signal,

    /// <summary>Killed by the kernel as memory ran out, of the machine or of its control group.</summary>
    OomKill,

    /// <summary>The kernel does not tell (Linux before 6.15, or it was over before we could ask).</summary>
    Unknown,
}
