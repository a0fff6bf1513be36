using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Exporter.Views;

/// <summary>What a process was like earlier.</summary>
/// <param name="Identity">Whose it is.</param>
/// <param name="Ended">When it was found to have ended; null if it lives.</param>
/// <param name="Signals">One for each that is asked for.</param>
internal sealed record ProcessHistoryView(string Identity, DateTimeOffset? Ended, IReadOnlyList<SignalHistoryView> Signals);

/// <summary>Both, of one process.</summary>
internal sealed record InspectionAndHistory(ProcessInspection Inspection, ProcessHistoryView History);

/// <param name="Signal">As expressions name it.</param>
/// <param name="Unit">Of its values.</param>
/// <param name="Points">The oldest first.</param>
internal sealed record SignalHistoryView(string Signal, string Unit, IReadOnlyList<HistoryPointView> Points);

/// <param name="Time">When it was sampled, or when the span began.</param>
/// <param name="Span">Seconds that the value is the mean of; null for one of a single sample.</param>
/// <param name="Value">Within 0.05 %; null if it could not be read.</param>
internal sealed record HistoryPointView(DateTimeOffset Time, double? Span, double? Value)
{
    public static HistoryPointView Of(HistoryPoint point) => new(point.Time, point.IsCoarse ? point.Span.TotalSeconds : null, point.Value);
}
