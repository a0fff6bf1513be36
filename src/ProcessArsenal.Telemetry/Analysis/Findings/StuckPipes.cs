using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>Pipes that nobody empties: who writes to one waits, and does nothing else.</summary>
internal static class StuckPipes
{
    public static void Find(Evidence evidence, List<Finding> found)
    {
        foreach (StuckWriter stuck in evidence.StuckWriters)
        {
            ref readonly ProcessRow row = ref evidence.Snapshot.Processes[stuck.Index];
            // Whoever reads at a terminal (a pager) reads on when somebody wants to see more.
            if (row.Sample.Stat.Terminal != 0 || stuck.Readers.Any(reader => IsAtTerminal(evidence.Snapshot, reader.Pid))) continue;
            Relative writer = Evidence.Of(row);
            Relative? reader = stuck.Readers.Count == 1 ? stuck.Readers[0] : null;
            string who = stuck.Readers.Count == 0 ? "who has the other end is not known" : $"{string.Join(", ", stuck.Readers.Select(Name))} {(stuck.Readers.Count == 1 ? "has" : "have")} the other end, and {(stuck.Readers.Count == 1 ? "does" : "do")} not read";
            found.Add(new Finding
            {
                Kind = "stuck_pipe",
                Severity = FindingSeverity.Critical,
                Process = reader ?? writer, // Whoever is to blame, if it is known.
                Group = reader is not null && evidence.Snapshot.IndexOf(reader.Pid) is >= 0 and var at ? evidence.Snapshot.Processes[at].Group : row.Group,
                What = FormattableString.Invariant($"{Name(writer)} has waited for room in a pipe for a minute, and does nothing else: {who}"),
                Advice = FormattableString.Invariant($"see what the reader waits in: process-arsenal inspect {(reader ?? writer).Pid}; who writes to whom: process-arsenal flows {writer.Pid}"),
            });
        }
    }

    private static bool IsAtTerminal(Snapshot snapshot, int pid) => snapshot.IndexOf(pid) is >= 0 and var at && snapshot.Processes[at].Sample.Stat.Terminal != 0;

    private static string Name(Relative process) => FormattableString.Invariant($"{process.Name} ({process.Pid})");
}
