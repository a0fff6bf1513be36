using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Analysis.Trends;

/// <summary>Cuts the history of one signal into pieces.</summary>
internal static class TrendReader
{
    /// <summary>Whether it never was anything else, and is known for so many seconds: that of most, and told at once.</summary>
    public static bool IsConstant(in ProcessRow row, HistorySignal signal, double seconds)
    {
        if (row.History is not { All: { } history, Process: { } process } place || !process.IsConstant(signal)) return false;
        if (!history.TryView(process, place.Tick, out HistoryView view) || place.Tick < view.OldestTick) return false;
        long oldest = Math.Max(view.OldestTick, 1);
        return view.CodeAt(signal, place.Tick) != LogCode.Missing && view.CodeAt(signal, oldest) != LogCode.Missing
            && view.Between(view.TimestampOf(oldest), view.TimestampOf(place.Tick)).TotalSeconds >= seconds && view.IsWhole(history);
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
        SignalCodes codes = view.CodesOf(signal);
        double unit = view.Unit, age = 0, newer = 0;
        for (long tick = place.Tick; tick >= oldest; tick--)
        {
            double older = tick > oldest ? (now - view.TimestampOf(tick - 1)) * unit : age;
            // Each stands for the time until the next; the latest, for that since the one before.
            Add(pieces, age, codes.At(tick), tick < place.Tick ? age - newer : older);
            (newer, age) = (age, older);
        }
        double ended = double.NaN;
        for (long i = view.Spans - 1; i >= view.OldestSpan && !(ended >= TrendPieces.Reach); i--)
        {
            HistorySpan span = view.SpanOf(i);
            if (double.IsNaN(ended)) ended = (now - span.Ended) * unit;
            double began = (now - span.Began) * unit, middle = (began + ended) / 2;
            if (middle > newer) Add(pieces, middle, codes.Of(i), began - ended);
            ended = began; // Each begins where the one before it ends.
        }
        return view.IsWhole(history) ? pieces.Order() : 0;
    }

    private static void Add(in TrendPieces pieces, double age, ushort code, double seconds)
    {
        if (code != LogCode.Missing) pieces.Add(age, LogCode.Number(code), seconds);
    }
}
