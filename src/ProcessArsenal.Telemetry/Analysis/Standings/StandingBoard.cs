using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Analysis.Outliers;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Analysis.Standings;

/// <summary>The standings of all processes that have series of their own. Made now and then, off the tick, which only looks them up. Written by one, read
/// by any.</summary>
public sealed class StandingBoard
{
    private Dictionary<ProcessIdentity, Standing> _known = [];

    /// <summary>Makes them anew.</summary>
    /// <param name="snapshot">Held meanwhile.</param>
    public void Update(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var made = new Dictionary<ProcessIdentity, Standing>();
        foreach ((int index, Outlier outlier) in OutlierFindings.Of(snapshot))
        {
            ref readonly ProcessRow row = ref snapshot.Processes[index];
            if (row.Reported == ReportReason.None) continue;
            Standing standing = made.GetValueOrDefault(row.Sample.Identity) ?? new Standing(null, new double?[OutlierSignal.All.Count]);
            double?[] deviations = standing.Deviations!;
            int signal = IndexOf(outlier.Signal);
            // Against its equals and its past: the one that is further out.
            if (deviations[signal] is not { } other || Math.Abs(outlier.Deviations) > Math.Abs(other)) deviations[signal] = Math.Round(outlier.Deviations, 1);
            made[row.Sample.Identity] = standing;
        }
        foreach (ref readonly ProcessRow row in snapshot.Processes)
        {
            if (row.Reported == ReportReason.None || Growth.PerSecond(row, HistorySignal.Memory) is not { } trend) continue;
            made[row.Sample.Identity] = new Standing(Math.Round(trend, 1), made.GetValueOrDefault(row.Sample.Identity)?.Deviations);
        }
        Volatile.Write(ref _known, made);
    }

    /// <summary>Gives rows theirs. Allocates nothing.</summary>
    internal void Apply(Span<ProcessRow> rows)
    {
        Dictionary<ProcessIdentity, Standing> known = Volatile.Read(ref _known);
        foreach (ref ProcessRow row in rows) row.Standing = row.Reported == ReportReason.None ? null : known.GetValueOrDefault(row.Sample.Identity);
    }

    private static int IndexOf(OutlierSignal signal)
    {
        for (int i = 0; i < OutlierSignal.All.Count; i++)
            if (OutlierSignal.All[i] == signal) return i;
        throw new ArgumentOutOfRangeException(nameof(signal), signal.Name, "A signal that is not in the list.");
    }
}
