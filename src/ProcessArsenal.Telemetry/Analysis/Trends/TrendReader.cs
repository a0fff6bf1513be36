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

    /// <summary>Whether it never was anything else, and is known for so many seconds: that of most, and told at once.</summary>
    public static bool IsConstant(in ProcessRow row, HistorySignal signal, double seconds)
    {
        if (row.History is not { All: { } history, Process: { } process } place || !process.IsConstant(signal)) return false;
        if (!history.TryView(process, place.Tick, out HistoryView view) || place.Tick < view.OldestTick) return false;
        long oldest = Math.Max(view.OldestTick, 1);
        return view.CodeAt(signal, place.Tick) != LogCode.Missing && view.CodeAt(signal, oldest) != LogCode.Missing
            && Age(view, view.TimestampOf(oldest), view.TimestampOf(place.Tick)) >= seconds && view.IsWhole(history);
    }

    /// <param name="room">All zero.</param>
    /// <returns>How many pieces there are, the oldest first; 0 if nothing is known, or the history was overtaken by the tick.</returns>
    public static int Read(in ProcessRow row, HistorySignal signal, Span<TrendPoint> room)
    {
        if (row.History is not { All: { } history, Process: { } process } place) return 0;
        if (!history.TryView(process, place.Tick, out HistoryView view) || place.Tick < view.OldestTick) return 0;
        // The sample in hand is in the history too, though in the tick that makes it nobody else can see it yet.
        long now = view.TimestampOf(place.Tick), oldest = Math.Max(view.OldestTick, 1);
        var pieces = new TrendPieces(room);
        double age = 0, newer = 0;
        for (long tick = place.Tick; tick >= oldest; tick--)
        {
            double older = tick > oldest ? Age(view, view.TimestampOf(tick - 1), now) : age;
            // Each stands for the time until the next; the latest, for that since the one before.
            Add(pieces, age, view.CodeAt(signal, tick), tick < place.Tick ? age - newer : older);
            (newer, age) = (age, older);
        }
        double ended = double.NaN;
        for (long i = view.Spans - 1; i >= view.OldestSpan && !(ended >= TrendPieces.Reach); i--)
        {
            HistorySpan span = view.SpanOf(i);
            if (double.IsNaN(ended)) ended = Age(view, span.Ended, now);
            double began = Age(view, span.Began, now), middle = (began + ended) / 2;
            if (middle > newer) Add(pieces, middle, view.CodeOf(signal, i), began - ended);
            ended = began; // Each begins where the one before it ends.
        }
        return view.IsWhole(history) ? pieces.Order() : 0;
    }

    private static double Age(in HistoryView view, long timestamp, long now) => view.Between(timestamp, now).TotalSeconds;

    private static void Add(in TrendPieces pieces, double age, ushort code, double seconds)
    {
        if (code == LogCode.Missing) return;
        int power = code - LogCode.Zero - 1;
        pieces.Add(age, power < 0 ? 0 : High[power >> LowBits] * Low[power & ((1 << LowBits) - 1)], seconds);
    }

    private static double Value(int code) => LogCode.Value((ushort)code)!.Value;
}
