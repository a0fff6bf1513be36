using System.Globalization;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>A row of bars as high as the values: <c>▁▂▄█</c>. Where there was none, a blank.</summary>
internal static class Sparkline
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>The history of a process, a line for each signal: the least and the greatest value, and the bars, the oldest on the left. Points of a span come
    /// first; how long each part is stands beside.</summary>
    public static void Write(ProcessHistoryView history, TextWriter output, int width)
    {
        output.WriteLine();
        output.WriteLine(history.Signals.Count == 0 ? "History: nothing yet" : $"History{(history.Ended is { } ended ? Text($", until it ended at {ended.ToLocalTime():yyyy-MM-dd HH:mm:ss}") : "")}:");
        foreach (SignalHistoryView signal in history.Signals)
        {
            Part(signal, [.. signal.Points.Where(static point => point.Span is null)], output, width);
            Part(signal, [.. signal.Points.Where(static point => point.Span is not null)], output, width);
        }
    }

    private static void Part(SignalHistoryView signal, HistoryPointView[] points, TextWriter output, int width)
    {
        double[] known = [.. points.Select(static point => point.Value).OfType<double>()];
        if (known.Length == 0) return;
        TimeSpan length = points[^1].Time - points[0].Time + TimeSpan.FromSeconds(points[^1].Span ?? 0);
        string head = $"  {signal.Signal,-18} {Shown(known.Min(), signal.Unit),8} {Shown(known.Max(), signal.Unit),8}  {Terminal.Age(length.TotalSeconds),6}  ";
        output.WriteLine(head + Draw([.. points.Select(static point => point.Value)], Math.Max(20, width - head.Length)));
    }

    /// <param name="most">Bars at most: of more values, each is the greatest of some.</param>
    internal static string Draw(double?[] values, int most)
    {
        int bars = Math.Min(most, values.Length);
        if (bars == 0) return "";
        double?[] folded = [.. Enumerable.Range(0, bars).Select(bar => values[(bar * values.Length / bars)..Math.Max((bar + 1) * values.Length / bars, bar * values.Length / bars + 1)].Max())];
        double least = folded.Min() ?? 0, greatest = folded.Max() ?? 0;
        return string.Concat(folded.Select(value => value is not { } number ? ' ' : greatest <= least ? Bars[number > 0 ? 3 : 0] : Bars[(int)Math.Round((number - least) / (greatest - least) * (Bars.Length - 1))]));
    }

    private static string Shown(double value, string unit) => unit switch
    {
        "bytes" or "bytes per second" => Terminal.Bytes(value),
        "cores" or "ratio" or "seconds per second" => Terminal.Percent(value) + "%",
        _ => Text($"{value:0.##}"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
