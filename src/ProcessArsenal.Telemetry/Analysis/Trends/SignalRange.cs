using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Analysis.Trends;

/// <summary>What a signal of a process was between, in all that is kept of it: each third tick, and the means before. Tells at a twentieth of the cost of a
/// judgement that there is nothing to judge.</summary>
/// <param name="Least">The lowest; NaN if nothing is known.</param>
/// <param name="Most">The highest.</param>
internal readonly record struct SignalRange(double Least, double Most)
{
    private const int Stride = 3;

    public double Width => Most - Least;

    /// <summary>Reads it. Allocates nothing.</summary>
    /// <param name="within">How far back; null: as far as it is kept.</param>
    public static SignalRange Of(in ProcessRow row, HistorySignal signal, TimeSpan? within = null)
    {
        ushort least = ushort.MaxValue, most = LogCode.Missing;
        if (row.History is { All: { } history, Process: { } process } place && history.TryView(process, place.Tick, out HistoryView view) && place.Tick >= view.OldestTick)
        {
            long now = view.TimestampOf(place.Tick);
            SignalCodes codes = view.CodesOf(signal);
            // Codes are in the order of their values.
            for (long tick = place.Tick; tick >= Math.Max(view.OldestTick, 1) && !(within is { } reach && view.Between(view.TimestampOf(tick), now) > reach); tick -= Stride) Add(codes.At(tick));
            for (long span = view.Spans - 1; span >= view.OldestSpan && !(within is { } reach && view.Between(view.SpanOf(span).Began, now) > reach); span--) Add(codes.Of(span));
            if (!view.IsWhole(history)) most = LogCode.Missing;
        }
        return most == LogCode.Missing ? new SignalRange(double.NaN, double.NaN) : new SignalRange(LogCode.Number(least), LogCode.Number(most));

        void Add(ushort code)
        {
            if (code == LogCode.Missing) return;
            least = Math.Min(least, code);
            most = Math.Max(most, code);
        }
    }
}
