using ProcessArsenal.Telemetry.Analysis.Categories;
using ProcessArsenal.Telemetry.Analysis.Trends;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>Processes whose memory grows and grows, or whose descriptors do.</summary>
internal static class Leaks
{
    /// <summary>Below it a warm-up may still turn out to be all: see benchmarks/RESULTS.md, Leaks.</summary>
    private const double LeastConfidence = 0.5, Sure = 0.9;

    /// <summary>Bytes that it must have risen by to be worth a word.</summary>
    private const double LeastRise = 8 << 20;

    /// <summary>The same where a collector may just not have had to collect.</summary>
    private const double LeastUncollected = 256 << 20;

    /// <summary>The same of descriptors.</summary>
    private const double LeastDescriptors = 16;

    /// <summary>Part of a rise that is surely among single values, if the line through them rises by all of it.</summary>
    private const double NearlyAll = 0.75;

    private static readonly TimeSpan Soon = TimeSpan.FromHours(1);

    public static void Find(Evidence evidence, List<Finding> found)
    {
        foreach (ref readonly ProcessRow row in evidence.Snapshot.Processes)
        {
            if (row.Description.IsKernelThread) continue;
            FindDescriptors(row, found);
            if (!MayRise(row, HistorySignal.Memory, LeastRise) || LeakDetector.Judge(row, HistorySignal.Memory, leaksOnly: true) is not { Verdict: TrendVerdict.Leak, Confidence: >= LeastConfidence } leak || leak.Now - leak.Before < Least(row, leak)) continue;
            // What the heap of its runtime says tells where to look.
            bool isManaged = row.Runtime is not null && LeakDetector.Judge(row, HistorySignal.GcHeap, leaksOnly: true) is { Verdict: TrendVerdict.Leak };
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
    /// <summary>Bytes that it must have risen by. What a collector has not collected yet is no leak: it rises as evenly, by what it may use of the youngest
    /// generation.</summary>
    private static double Least(in ProcessRow row, in LeakFinding leak) => Categorizer.RuntimeOf(row) switch
    {
        "dotnet" when SignalRange.Of(row, HistorySignal.GcHeap, leak.Since).Width > 0 => LeastRise, // It has collected meanwhile.
        "dotnet" or "jvm" or "node" or "beam" => LeastUncollected,
        _ => LeastRise,
    };

    /// <summary>Whether it ever moved by nearly as much: most have not, and need not be judged.</summary>
    private static bool MayRise(in ProcessRow row, HistorySignal signal, double least) => SignalRange.Of(row, signal).Width >= NearlyAll * least;

    private static void FindDescriptors(in ProcessRow row, List<Finding> found)
    {
        if (!MayRise(row, HistorySignal.Descriptors, LeastDescriptors)) return;
        double? limit = row.Description.DescriptorLimit is { } most && most != Procfs.ProcLimits.Unlimited ? most : null;
        if (LeakDetector.Judge(row, HistorySignal.Descriptors, limit, leaksOnly: true) is not { Verdict: TrendVerdict.Leak, Confidence: >= Sure } leak || leak.Now - leak.Before < LeastDescriptors) return;
        string until = leak.ToLimit is { } left ? FormattableString.Invariant($"; at that pace it reaches the {limit:0} that it may have in {left.TotalHours:0.#} hours") : "";
        found.Add(new Finding
        {
            Kind = "descriptor_leak",
            Severity = leak.ToLimit < Soon ? FindingSeverity.Critical : FindingSeverity.Warning,
            Process = Evidence.Of(row),
            Group = row.Group,
            What = FormattableString.Invariant($"it opens more than it closes: its descriptors rose from {leak.Before:0} to {leak.Now:0} in {(leak.Since ?? default).TotalMinutes:0} minutes, {leak.Slope * 60:0.#} a minute{until}"),
            Advice = FormattableString.Invariant($"what they are: process-arsenal inspect {row.Sample.Identity.Pid}; more of them for now: prlimit --pid {row.Sample.Identity.Pid} --nofile=HIGHER"),
        });
    }
}
