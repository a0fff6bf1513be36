using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>Processes that were stopped by a signal or a debugger.</summary>
internal static class Stopped
{
    private const int StoppedState = 3; // ProcessStates.Names

    public static void Find(Evidence evidence, List<Finding> found)
    {
        foreach (ref readonly ProcessRow row in evidence.Snapshot.Processes)
        {
            if (ProcessStates.IndexOf(row.Sample.Stat.State) != StoppedState) continue;
            found.Add(new Finding
            {
                Kind = "stopped",
                Severity = row.Sample.Stat.Terminal != 0 ? FindingSeverity.Info : FindingSeverity.Critical, // Somebody at a terminal may have put it aside.
                Process = Evidence.Of(row),
                Group = row.Group,
                What = $"it is stopped (by SIGSTOP, a terminal, or a debugger) and does nothing{(Lately.Of(row, HistorySignal.Cpu, TimeSpan.FromMinutes(1)) is { Most: 0 } ? ", for more than a minute" : "")}",
                Advice = FormattableString.Invariant($"kill -CONT {row.Sample.Identity.Pid}; if a debugger holds it (TracerPid in /proc/{row.Sample.Identity.Pid}/status), end that"),
            });
        }
    }
}
