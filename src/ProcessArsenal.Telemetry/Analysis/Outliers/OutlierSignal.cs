using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Analysis.Outliers;

/// <summary>What processes are compared by.</summary>
/// <param name="History">Name, unit, and what is remembered of it.</param>
/// <param name="Floor">Nearer to the median nobody is out, in that unit: who would look there?</param>
public sealed record OutlierSignal(HistorySignal History, double Floor)
{
    /// <summary>The MAD is taken for no less than this part of the median, nor of <see cref="Floor"/>.</summary>
    public const double LeastMadOfMedian = 0.05, LeastMadOfFloor = 0.1;

    private const double MiB = 1 << 20;

    public static readonly OutlierSignal
        Cpu = new(HistorySignal.Cpu, 0.1),
        Memory = new(HistorySignal.Memory, 32 * MiB),
        Descriptors = new(HistorySignal.Descriptors, 50),
        Threads = new(HistorySignal.Threads, 16),
        RunQueueWait = new(HistorySignal.RunQueueWait, 0.05),
        DiskRead = new(HistorySignal.DiskRead, MiB),
        DiskWrite = new(HistorySignal.DiskWrite, MiB);

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<OutlierSignal> All = [Cpu, Memory, Descriptors, Threads, RunQueueWait, DiskRead, DiskWrite];

    /// <summary>That of the field of expressions.</summary>
    public string Name => History.Name;

    /// <summary>What a process has in this tick; NaN if it is not known.</summary>
    public double Of(in ProcessRow row) => (History.Name switch
    {
        "cpu" => row.Rates.Cpu,
        "memory" => ProcessFacts.ResidentBytes(row.Sample),
        "fds" => ProcessFacts.Descriptors(row.Sample),
        "threads" => row.Sample.Stat.Threads,
        "run_queue_wait" => row.Rates.RunQueueWait,
        "io_read" => row.Rates.DiskRead,
        "io_write" => row.Rates.DiskWrite,
        _ => null,
    }) ?? double.NaN;

    /// <summary>What the MAD is taken for at least.</summary>
    internal double LeastMad(double median) => Math.Max(LeastMadOfMedian * Math.Abs(median), LeastMadOfFloor * Floor);
}
