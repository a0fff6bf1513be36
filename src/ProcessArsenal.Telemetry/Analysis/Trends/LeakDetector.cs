using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Analysis.Trends;

/// <summary>Tells a leak from what only moves: a sawtooth, a step, a warm-up, noise. What it gets right and wrong is in benchmarks/RESULTS.md.
/// <para>It complements <see cref="Growth"/>, the <c>growing</c> of expressions, which looks at the last ten minutes alone and says yes to what goes on
/// rising at the moment: cheap, and wrong in a slow sawtooth. This one weighs all that is known, says how sure it is, and why.</para></summary>
public static class LeakDetector
{
    /// <summary>A rise must be smaller than this, relative to where it began, to be of no interest.</summary>
    public const double LeastRise = 0.04;

    /// <summary>Nothing is told of less time.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(RiseTest.LeastSeconds);

    /// <summary>A younger process is expected to warm up: until then even a small rise is a leak only once it has shown that it does not slow.</summary>
    public static readonly TimeSpan Youth = TimeSpan.FromMinutes(30);

    /// <summary>Judges a series. Allocates nothing.</summary>
    /// <param name="seconds">When, ascending, from any beginning; the last one is now.</param>
    /// <param name="values">What it was at those times; what is not finite is a gap.</param>
    /// <param name="limit">What it must not reach, if there is something.</param>
    /// <param name="uptime">How old the process is; null if that is not known, or it makes no difference.</param>
    public static LeakFinding Judge(ReadOnlySpan<double> seconds, ReadOnlySpan<double> values, double? limit = null, TimeSpan? uptime = null)
    {
        if (seconds.Length != values.Length) throw new ArgumentException($"{seconds.Length} times, but {values.Length} values", nameof(values));
        if (seconds.Length == 0) return default;
        Span<TrendPoint> room = stackalloc TrendPoint[TrendPieces.Capacity];
        var pieces = new TrendPieces(room);
        double now = seconds[^1];
        for (int i = seconds.Length - 1; i >= 0 && now - seconds[i] < TrendPieces.Reach; i--)
        {
            // Each stands for the time until the next; the latest, for that since the one before.
            double stands = i < seconds.Length - 1 ? seconds[i + 1] - seconds[i] : i > 0 ? now - seconds[i - 1] : 0;
            if (double.IsFinite(values[i])) pieces.Add(now - seconds[i], values[i], stands);
        }
        return Judge(room[..pieces.Order()], limit, uptime);
    }

    /// <summary>Judges a signal of a process by its history: single ticks as far back as they are kept, and means of spans before. Allocates
    /// nothing.</summary>
    /// <param name="row">Of any snapshot that is still held.</param>
    /// <param name="signal">One in bytes, such as <see cref="HistorySignal.Memory"/> or <see cref="HistorySignal.GcHeap"/>.</param>
    /// <param name="limit">What it must not reach, if there is something.</param>
    /// <param name="leaksOnly">Of what is no leak nothing is told but that, at two thirds of the cost.</param>
    public static LeakFinding Judge(in ProcessRow row, HistorySignal signal, double? limit = null, bool leaksOnly = false)
    {
        ArgumentNullException.ThrowIfNull(signal);
        if (TrendReader.IsConstant(row, signal, RiseTest.LeastSeconds)) return new LeakFinding { Verdict = TrendVerdict.Steady, Slope = 0, Limit = limit };
        Span<TrendPoint> room = stackalloc TrendPoint[TrendPieces.Capacity];
        return Judge(room[..TrendReader.Read(row, signal, room)], limit, row.Uptime, leaksOnly);
    }

    private static LeakFinding Judge(ReadOnlySpan<TrendPoint> points, double? limit, TimeSpan? uptime, bool leaksOnly = false)
    {
        LeakFinding finding = LeakTest.Judge(points, uptime < Youth, leaksOnly);
        if (limit is not { } most) return finding;
        finding = finding with { Limit = most };
        if (finding is not { Verdict: TrendVerdict.Leak, Slope: > 0 and var slope }) return finding;
        // No TimeSpan is longer than 29,000 years, which is time enough.
        double seconds = Math.Clamp((most - finding.Now) / slope, 0, 1e11);
        return finding with { ToLimit = double.IsNaN(seconds) ? null : TimeSpan.FromSeconds(seconds) };
    }
}
