using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>What a signal of a process was within a short while up to the snapshot.</summary>
/// <param name="Least">The lowest value.</param>
/// <param name="Most">The highest.</param>
/// <param name="Mean">Of the ticks.</param>
internal readonly record struct Lately(double Least, double Most, double Mean)
{
    /// <summary>Null if the process is not known for as long, there was a gap, or a tick has no value.</summary>
    /// <param name="within">Up to ten minutes.</param>
    public static Lately? Of(in ProcessRow row, HistorySignal signal, TimeSpan within)
    {
        if (row.History is not { All: { } history, Process: { } process } place || !history.TryView(process, place.Tick, out HistoryView view) || place.Tick < view.OldestTick) return null;
        long now = view.TimestampOf(place.Tick);
        SignalCodes codes = view.CodesOf(signal);
        ushort least = ushort.MaxValue, most = 0; // Codes are in the order of their values.
        double sum = 0;
        int ticks = 0;
        bool reaches = false;
        for (long tick = place.Tick; tick >= view.OldestTick && !reaches; tick--)
        {
            reaches = view.Between(view.TimestampOf(tick), now) >= within;
            ushort code = codes.At(tick);
            if (code == LogCode.Missing || (view.FollowsGap(tick) && !reaches)) return null;
            (least, most, sum) = (Math.Min(least, code), Math.Max(most, code), sum + LogCode.Number(code));
            ticks++;
        }
        return reaches && view.IsWhole(history) ? new Lately(LogCode.Number(least), LogCode.Number(most), sum / ticks) : null;
    }
}
