using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Analysis;

/// <summary>Whether a value grows, and how fast: by its lowest value in each twelfth of the last ten minutes, so that what a garbage collector gives back
/// again and again is no growth.
/// <para>It grows if those lows rose in at least two thirds of the steps, by more than 1 % in all, and no step lost more than a fifth of that; and if it goes
/// on: the later half rose by at least a third of what the earlier half did, which a process that warms up does not.</para></summary>
internal static class Growth
{
    public const int Parts = 12;

    /// <summary>Parts that must be known, without one missing between.</summary>
    private const int LeastParts = Parts / 2;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Part = Window / Parts;

    /// <summary>Null if less than half of the window is known.</summary>
    public static bool? IsGrowing(in ProcessRow row, HistorySignal signal)
    {
        Span<double> lows = stackalloc double[Parts];
        return Lows(row, signal, lows) is var known and >= LeastParts ? IsGrowing(lows[..known]) : null;
    }

    /// <summary>What rises per second: the middle one of the slopes between any two lows (Theil and Sen), which some that are out of line do not
    /// change. Null if less than half of the window is known.</summary>
    public static double? PerSecond(in ProcessRow row, HistorySignal signal)
    {
        Span<double> lows = stackalloc double[Parts];
        return Lows(row, signal, lows) is var known and >= LeastParts ? Slope(lows[..known]) / Part.TotalSeconds : null;
    }

    /// <param name="lows">The oldest first.</param>
    internal static bool IsGrowing(ReadOnlySpan<double> lows)
    {
        double rise = lows[^1] - lows[0];
        if (rise <= 0.01 * lows[0] || rise <= 0) return false;
        int steps = lows.Length - 1, rose = 0;
        for (int i = 1; i < lows.Length; i++)
        {
            if (lows[i] > lows[i - 1]) rose++;
            if (lows[i - 1] - lows[i] > rise / 5) return false;
        }
        if (rose * 3 < steps * 2) return false;
        double middle = lows.Length % 2 == 1 ? lows[lows.Length / 2] : (lows[lows.Length / 2 - 1] + lows[lows.Length / 2]) / 2;
        return lows[^1] - middle >= (middle - lows[0]) / 3;
    }

    internal static double Slope(ReadOnlySpan<double> lows)
    {
        Span<double> slopes = stackalloc double[Parts * (Parts - 1) / 2];
        int count = 0;
        for (int i = 0; i < lows.Length; i++)
            for (int j = i + 1; j < lows.Length; j++) slopes[count++] = (lows[j] - lows[i]) / (j - i);
        slopes = slopes[..count];
        slopes.Sort();
        return count % 2 == 1 ? slopes[count / 2] : (slopes[count / 2 - 1] + slopes[count / 2]) / 2;
    }

    /// <summary>Finds the lowest value of each part, the oldest first.</summary>
    /// <returns>How many there are, up to the sample in hand, without one missing.</returns>
    private static int Lows(in ProcessRow row, HistorySignal signal, Span<double> lows)
    {
        if (row.History is not { All: { } history, Process: { } process } place) return 0;
        if (!history.TryView(process, place.Tick, out HistoryView view) || place.Tick < view.OldestTick) return 0;
        long now = view.TimestampOf(place.Tick);
        Span<ushort> codes = stackalloc ushort[Parts];
        codes.Clear();
        // The sample in hand is in the history too, though in the tick that makes it nobody else can see it yet.
        for (long tick = place.Tick; tick >= view.OldestTick; tick--)
        {
            TimeSpan age = view.Between(view.TimestampOf(tick), now);
            if (age >= Window) break;
            ref ushort lowest = ref codes[(int)(age / Part)];
            ushort code = view.CodeAt(signal, tick);
            if (code != LogCode.Missing && (lowest == LogCode.Missing || code < lowest)) lowest = code;
        }
        if (!view.IsWhole(history)) return 0;
        int known = 0;
        while (known < Parts && codes[known] != LogCode.Missing) known++;
        for (int i = 0; i < known; i++) lows[known - 1 - i] = LogCode.Value(codes[i])!.Value;
        return known;
    }
}
