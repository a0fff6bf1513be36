using System.Buffers;
using ProcessArsenal.Telemetry.Analysis.Trends;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis.Outliers;

/// <summary>Finds who is far from its equals, or from its own past: by medians, which those that are out do not move. Who is out is so by
/// <see cref="LeastDeviations"/> MADs and by the signal's <see cref="OutlierSignal.Floor"/>.</summary>
public static class OutlierDetector
{
    /// <summary>A group of fewer has no middle to be far from.</summary>
    public const int LeastMembers = 5;

    /// <summary>MADs; of normal values 5.4 standard deviations, which is one of 15 million.</summary>
    public const double LeastDeviations = 8;

    /// <summary>Of the past, of which there are pieces of 50 s, so many must be known.</summary>
    public const int LeastPast = 12;

    /// <summary>A younger member is no equal yet: it neither counts nor is judged.</summary>
    public static readonly TimeSpan Youth = TimeSpan.FromMinutes(1);

    private const double PastSeconds = 3600;

    /// <summary>Finds the members of a group that are out.</summary>
    /// <param name="values">One of each member; what is not finite is not known.</param>
    /// <param name="signal">What they are of.</param>
    /// <param name="found">Added to, by the place among <paramref name="values"/>.</param>
    public static void AmongEquals(ReadOnlySpan<double> values, OutlierSignal signal, ICollection<Outlier> found)
    {
        ArgumentNullException.ThrowIfNull(signal);
        ArgumentNullException.ThrowIfNull(found);
        if (values.Length < LeastMembers) return;
        double[] room = ArrayPool<double>.Shared.Rent(values.Length);
        var usual = Robust.Of(values, room);
        ArrayPool<double>.Shared.Return(room);
        if (usual.Count < LeastMembers) return;
        for (int i = 0; i < values.Length; i++)
            if (Judge(values[i], usual, signal) is { } outlier) found.Add(outlier with { Index = i, Members = usual.Count });
    }

    /// <summary>The same of rows.</summary>
    /// <param name="members">Where they are among <paramref name="rows"/>.</param>
    /// <param name="found">Added to, by the place among <paramref name="rows"/>.</param>
    public static void AmongEquals(ReadOnlySpan<ProcessRow> rows, ReadOnlySpan<int> members, OutlierSignal signal, ICollection<Outlier> found)
    {
        ArgumentNullException.ThrowIfNull(signal);
        ArgumentNullException.ThrowIfNull(found);
        if (members.Length < LeastMembers) return;
        double[] room = ArrayPool<double>.Shared.Rent(members.Length * 2);
        Span<double> values = room.AsSpan(0, members.Length);
        for (int i = 0; i < members.Length; i++)
        {
            ref readonly ProcessRow row = ref rows[members[i]];
            values[i] = row.Uptime < Youth ? double.NaN : signal.Of(row);
        }
        var usual = Robust.Of(values, room.AsSpan(members.Length));
        for (int i = 0; usual.Count >= LeastMembers && i < members.Length; i++)
            if (Judge(values[i], usual, signal) is { } outlier) found.Add(outlier with { Index = members[i], Members = usual.Count });
        ArrayPool<double>.Shared.Return(room);
    }

    /// <summary>Judges a value against earlier ones of the same process.</summary>
    /// <param name="lately">What it is now; NaN if that is not known.</param>
    /// <param name="before">What it was; what is not finite is not known. Its middle is what is usual, so it is to be evenly spaced in time.</param>
    /// <returns>Null if it is not out, or too little is known.</returns>
    public static Outlier? AgainstPast(double lately, ReadOnlySpan<double> before, OutlierSignal signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        if (before.Length < LeastPast) return null;
        double[] room = ArrayPool<double>.Shared.Rent(before.Length);
        var usual = Robust.Of(before, room);
        ArrayPool<double>.Shared.Return(room);
        return usual.Count < LeastPast ? null : Judge(lately, usual, signal);
    }

    /// <summary>Judges a process by its history: the mean of the last 50 s against those of such pieces in the hour before.</summary>
    /// <param name="row">Of any snapshot that is still held.</param>
    /// <inheritdoc cref="AgainstPast(double, ReadOnlySpan{double}, OutlierSignal)" path="/returns"/>
    public static Outlier? AgainstPast(in ProcessRow row, OutlierSignal signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        if (row.History.Process is not { } process || process.IsConstant(signal.History)) return null;
        Span<TrendPoint> points = stackalloc TrendPoint[TrendPieces.Capacity];
        points = points[..TrendReader.Read(row, signal.History, points)];
        if (points.IsEmpty || points[^1].Time < -TrendPieces.FineSeconds) return null;
        Span<double> before = stackalloc double[(int)(PastSeconds / TrendPieces.FineSeconds) + (int)(TrendPieces.CoarseSeconds / TrendPieces.FineSeconds)];
        int known = 0;
        foreach (ref readonly TrendPoint point in points[..^1])
        {
            if (point.Time < -PastSeconds) continue;
            // A long piece counts as often as it would if it were cut into short ones.
            int pieces = Math.Max(1, (int)(point.Weight / TrendPieces.FineSeconds));
            for (int i = 0; i < pieces && known < before.Length; i++) before[known++] = point.Value;
        }
        return AgainstPast(points[^1].Value, before[..known], signal);
    }

    private static Outlier? Judge(double value, in Robust usual, OutlierSignal signal)
    {
        if (!double.IsFinite(value) || Math.Abs(value - usual.Median) < signal.Floor) return null;
        double deviations = usual.Deviations(value, signal.LeastMad(usual.Median));
        return Math.Abs(deviations) >= LeastDeviations // Of values beyond all measure it is not a number.
            ? new Outlier { Signal = signal, Value = value, Median = usual.Median, Deviations = deviations }
            : null;
    }
}
