using ProcessArsenal.Telemetry.Analysis.Outliers;
using ProcessArsenal.Telemetry.Analysis.Trends;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>Processes that are far from the others of their group, and were so for the whole last minute; or, of CPU and memory, from what they used in
/// the hour before.</summary>
internal static class OutlierFindings
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    /// <summary>What a process alone is judged by.</summary>
    private static readonly OutlierSignal[] OfPast = [OutlierSignal.Cpu, OutlierSignal.Memory];

    public static void Find(Evidence evidence, List<Finding> found)
    {
        foreach ((int index, Outlier outlier) in Of(evidence.Snapshot))
        {
            ref readonly ProcessRow row = ref evidence.Snapshot.Processes[index];
            int pid = row.Sample.Identity.Pid;
            found.Add(new Finding
            {
                Kind = "outlier_" + outlier.Signal.Name,
                Severity = FindingSeverity.Info,
                Process = Evidence.Of(row),
                Group = row.Group,
                What = outlier.Reason + ", for a minute",
                Advice = FormattableString.Invariant($"what it does otherwise than the others: process-arsenal inspect {pid}; since when: process-arsenal inspect {pid} --history"),
            });
        }
    }

    /// <summary>All that are out, each by its index among the processes of the snapshot. Pure.</summary>
    internal static List<(int Index, Outlier Outlier)> Of(Snapshot snapshot)
    {
        var all = new List<(int, Outlier)>();
        var found = new List<Outlier>();
        foreach (int[] members in Groups(snapshot))
        {
            foreach (OutlierSignal signal in OutlierSignal.All)
            {
                found.Clear();
                OutlierDetector.AmongEquals(snapshot.Processes, members, signal, found);
                foreach (Outlier outlier in found)
                    if (Lasts(snapshot.Processes[outlier.Index], outlier)) all.Add((outlier.Index, outlier));
            }
        }
        for (int i = 0; i < snapshot.ProcessCount; i++)
        {
            ref readonly ProcessRow row = ref snapshot.Processes[i];
            if (row.Group is null || row.Description.IsKernelThread) continue;
            foreach (OutlierSignal signal in OfPast)
                if (MayBeOut(row, signal) && OutlierDetector.AgainstPast(row, signal) is { IsAbove: true } outlier && Lasts(row, outlier)) all.Add((i, outlier));
        }
        return all;
    }

    /// <summary>Whether the last minute was above the lowest ever by as much as it must be above the median: it is cheap to see that most were not.</summary>
    private static bool MayBeOut(in ProcessRow row, OutlierSignal signal)
    {
        if (!(signal.Of(row) >= signal.Floor) || Lately.Of(row, signal.History, Long) is not { } lately || lately.Least < signal.Floor) return false;
        double least = SignalRange.Of(row, signal.History).Least;
        return lately.Least - least >= Math.Max(signal.Floor, OutlierDetector.LeastDeviations * OutlierSignal.LeastMadOfMedian * least);
    }

    /// <summary>Every sample of the last minute was as far out, on the same side.</summary>
    private static bool Lasts(in ProcessRow row, in Outlier outlier)
    {
        if (Lately.Of(row, outlier.Signal.History, Long) is not { } lately) return false;
        double nearest = outlier.IsAbove ? lately.Least : lately.Most;
        double distance = outlier.IsAbove ? nearest - outlier.Median : outlier.Median - nearest;
        // As many MADs as it takes, of which it is that many away now.
        double mad = Math.Abs((outlier.Value - outlier.Median) / outlier.Deviations);
        return distance >= outlier.Signal.Floor && distance >= OutlierDetector.LeastDeviations * mad;
    }

    private static IEnumerable<int[]> Groups(Snapshot snapshot)
    {
        var members = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (int i = 0; i < snapshot.ProcessCount; i++)
        {
            ref readonly ProcessRow row = ref snapshot.Processes[i];
            if (row.Group is not { } group || row.Description.IsKernelThread) continue;
            if (!members.TryGetValue(group, out List<int>? known)) members.Add(group, known = []);
            known.Add(i);
        }
        return members.Values.Where(static group => group.Count >= OutlierDetector.LeastMembers).Select(static group => group.ToArray());
    }
}
