using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>Processes that wait: .NET services for threads of their pool, others for a processor.</summary>
internal static class Starvation
{
    /// <summary>Work items that waited at every sample of the last minute.</summary>
    private const double LeastQueue = 10;

    /// <summary>Seconds per second that its threads waited, at every sample: half of what one thread could.</summary>
    private const double LeastWait = 0.5;

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    public static void Find(Evidence evidence, List<Finding> found)
    {
        foreach (ref readonly ProcessRow row in evidence.Snapshot.Processes)
        {
            if (row.Runtime is not null && Lately.Of(row, HistorySignal.ThreadPoolQueue, Long) is { Least: >= LeastQueue } queue)
            {
                bool grows = row.Runtime.ThreadPoolQueue >= 0.99 * queue.Most && queue.Most > 1.2 * queue.Least; // The history rounds.
                found.Add(new Finding
                {
                    Kind = "starved_thread_pool",
                    Severity = FindingSeverity.Critical,
                    Process = Evidence.Of(row),
                    Group = row.Group,
                    What = FormattableString.Invariant($"{row.Runtime.ThreadPoolQueue:0} work items wait for a thread of its pool, of which there are {row.Runtime.ThreadPoolThreads:0}; for a minute there were never fewer than {queue.Least:0}{(grows ? ", and they become more" : "")}: requests wait before anything is done for them"),
                    Advice = FormattableString.Invariant($"threads block in it (.Result, .Wait(), locks): process-arsenal inspect {row.Sample.Identity.Pid} shows what they wait in; a higher minimum of threads only hides it"),
                });
            }
            if (Lately.Of(row, HistorySignal.RunQueueWait, Long) is { Least: >= LeastWait } wait)
                found.Add(new Finding
                {
                    Kind = "starved_of_cpu",
                    Severity = FindingSeverity.Warning,
                    Process = Evidence.Of(row),
                    Group = row.Group,
                    What = FormattableString.Invariant($"its threads were ready to run and had no processor for {wait.Mean:0.00} s in each second of the last minute, and used {row.Rates.Cpu ?? 0:0.00} of one"),
                    Advice = FormattableString.Invariant($"who takes the processors: process-arsenal top; whether its control group is held back (CPU limit): process-arsenal inspect {row.Sample.Identity.Pid}"),
                });
        }
    }
}
