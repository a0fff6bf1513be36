using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Analysis.Trends;

/// <summary>Cuts the history of one signal into pieces.</summary>
internal static class TrendReader
{
    private const int LowBits = 8;

    // A value is a power of two of its code, so the product of those of the code's two halves.
    private static readonly double[] Low = [.. Enumerable.Range(0, 1 << LowBits).Select(i => Value(LogCode.Zero + 1 + i) / Value(LogCode.Zero + 1))];
    private static readonly double[] High = [.. Enumerable.Range(0, 1 << LowBits).Select(i => Value(LogCode.Zero + 1 + (i << LowBits)))];

    /// <param name="room">All zero.</param>
    /// <returns>How many pieces there are, the oldest first; 0 if nothing is known, or the history was overtaken by the tick.</returns>
    public static int Read(in ProcessRow row, HistorySignal signal, Span<TrendPoint> room)
    {
        if (row.History is not { All: { } history, Process: { } process } place) return 0;
        if (!history.TryView(process, place.Tick, out HistoryView view) || place.Tick < view.OldestTick) return 0;
        // The sample in hand is in the history too, though in the tick that makes it nobody else can see it yet.
        long now = view.TimestampOf(place.Tick), oldest = Math.Max(view.OldestTick, 1);
        var pieces = new TrendPieces(room);
        for (long tick = place.Tick; tick >= oldest; tick--)
            Add(ref pieces, view.Between(view.TimestampOf(tick), now), view.CodeAt(signal, tick));
        double reach = view.Between(view.TimestampOf(oldest), now).TotalSeconds;
        for (long i = view.Spans - 1; i >= view.OldestSpan; i--)
        {
            HistorySpan span = view.SpanOf(i);
            TimeSpan age = (view.Between(span.Began, now) + view.Between(span.Ended, now)) / 2;
            if (age.TotalSeconds >= TrendPieces.Reach) break;
            if (age.TotalSeconds > reach) Add(ref pieces, age, view.CodeOf(signal, i));
        }
        return view.IsWhole(history) ? pieces.Order() : 0;
    }

    private static void Add(ref readonly TrendPieces pieces, TimeSpan age, ushort code)
    {
        if (code == LogCode.Missing) return;
        int power = code - LogCode.Zero - 1;
        pieces.Add(age.TotalSeconds, power < 0 ? 0 : High[power >> LowBits] * Low[power & ((1 << LowBits) - 1)]);
    }

    private static double Value(int code) => LogCode.Value((ushort)code)!.Value;
}
