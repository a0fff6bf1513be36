using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>Processes that have ended and that their parents do not ask about.</summary>
internal static class Zombies
{
    /// <summary>Each process is one for a moment.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private const int Many = 100;

    public static void Find(Evidence evidence, List<Finding> found)
    {
        var byParent = new Dictionary<int, int>();
        foreach (ref readonly ProcessRow row in evidence.Snapshot.Processes)
        {
            if (!row.Sample.Stat.IsZombie || row.Sample.Stat.IsLeaderless) continue;
            // Without an address space since then: it has not only just ended.
            if (Lately.Of(row, HistorySignal.Memory, Long) is not { Most: 0 }) continue;
            byParent[row.Sample.Stat.ParentPid] = byParent.GetValueOrDefault(row.Sample.Stat.ParentPid) + 1;
        }
        foreach ((int parent, int count) in byParent)
        {
            int at = evidence.Snapshot.IndexOf(parent);
            string whose = at < 0 ? FormattableString.Invariant($"{parent}") : FormattableString.Invariant($"{evidence.Snapshot.Processes[at].Description.Name} ({parent})");
            found.Add(new Finding
            {
                Kind = "zombies",
                Severity = count >= Many ? FindingSeverity.Warning : FindingSeverity.Info,
                Process = at < 0 ? null : Evidence.Of(evidence.Snapshot.Processes[at]),
                Group = at < 0 ? null : evidence.Snapshot.Processes[at].Group,
                What = FormattableString.Invariant($"{count} of its children have ended more than {Long.TotalMinutes:0} minute ago and hold their pids, as {whose} does not wait for them"),
                Advice = FormattableString.Invariant($"it has to wait(2) for its children, or to ignore SIGCHLD; until then restart it: process-arsenal inspect {parent}"),
            });
        }
    }
}
