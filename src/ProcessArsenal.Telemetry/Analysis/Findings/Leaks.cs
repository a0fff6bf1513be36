using ProcessArsenal.Telemetry.Analysis.Trends;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>Processes whose memory grows and grows.</summary>
internal static class Leaks
{
    /// <summary>Below it a warm-up may still turn out to be all: see benchmarks/RESULTS.md, Leaks.</summary>
    private const double LeastConfidence = 0.5, Sure = 0.9;

    /// <summary>Bytes that it must have risen by to be worth a word.</summary>
    private const double LeastRise = 8 << 20;

    public static void Find(Evidence evidence, List<Finding> found)
    {
        foreach (ref readonly ProcessRow row in evidence.Snapshot.Processes)
        {
            if (row.Description.IsKernelThread || LeakDetector.Judge(row, HistorySignal.Memory) is not { Verdict: TrendVerdict.Leak, Confidence: >= LeastConfidence } leak || leak.Now - leak.Before < LeastRise) continue;
            // What the heap of its runtime says tells where to look.
            bool isManaged = row.Runtime is not null && LeakDetector.Judge(row, HistorySignal.GcHeap) is { Verdict: TrendVerdict.Leak };
            int pid = row.Sample.Identity.Pid;
            found.Add(new Finding
            {
                Kind = "memory_leak",
                Severity = leak.Confidence >= Sure ? FindingSeverity.Warning : FindingSeverity.Info,
                Process = Evidence.Of(row),
                Group = row.Group,
                What = FormattableString.Invariant($"its resident memory leaks, with {leak.Confidence:P0} confidence: {leak.Reason}{(isManaged ? "; so does the heap of its runtime" : "")}"),
                Advice = FormattableString.Invariant($"how it went: process-arsenal inspect {pid} --history; {(isManaged ? FormattableString.Invariant($"what is on its heap: dotnet-gcdump collect -p {pid}") : "restart it before memory runs out, and have its owner look")}"),
            });
        }
    }
}
