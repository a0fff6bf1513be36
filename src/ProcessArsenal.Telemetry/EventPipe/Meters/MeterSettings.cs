using System.Globalization;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.EventPipe.Meters;

/// <summary>What all tools that listen to the meters of a runtime have to agree on: it has one set of these at a time, that of who came first.</summary>
/// <param name="Interval">Between two tellings.</param>
/// <param name="MostSeries">Series that are told.</param>
/// <param name="MostHistograms">Histograms that are told.</param>
internal sealed record MeterSettings(TimeSpan Interval, int MostSeries, int MostHistograms)
{
    /// <summary>What is told less often is of no use to us.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>Reads those that hold from an event that refuses others: for each number the one that holds, and the one that was asked for.</summary>
    /// <returns>Null if we can't use them.</returns>
    public static MeterSettings? Read(ref BinaryCursor cursor)
    {
        bool isNumber = int.TryParse(cursor.ReadText(), NumberStyles.None, CultureInfo.InvariantCulture, out int histograms);
        _ = cursor.ReadText();
        isNumber &= int.TryParse(cursor.ReadText(), NumberStyles.None, CultureInfo.InvariantCulture, out int series);
        _ = cursor.ReadText();
        // By the culture of the target: with a comma, say.
        isNumber &= double.TryParse(cursor.ReadText(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds);
        _ = cursor.ReadText();
        return isNumber && !cursor.HasFailed && seconds > 0 && seconds <= Longest.TotalSeconds ? new MeterSettings(TimeSpan.FromSeconds(seconds), series, histograms) : null;
    }
}

/// <summary>The runtime does not tell what our session asked for, since another tool was there first.</summary>
/// <param name="Holding">The settings that hold, if we can ask for the same; null if the other shares with nobody, or they are of no use.</param>
internal sealed record MeterRefusal(MeterSettings? Holding);
