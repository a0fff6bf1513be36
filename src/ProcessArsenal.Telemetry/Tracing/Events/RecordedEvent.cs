using System.Globalization;
using Microsoft.Diagnostics.Tracing;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Tracing.Events;

/// <summary>One event of a recording.</summary>
/// <param name="Number">From 1, in the order in which they are told. Those of pages and those of a stream are not the same.</param>
/// <param name="At">Seconds since the recording began.</param>
/// <param name="Thread">Its id, as the kernel has it within the program's pid namespace.</param>
/// <param name="Name">Such as <c>GC/Start</c>.</param>
/// <param name="Payload">What it tells, as text; the program chose that itself.</param>
/// <param name="Stack">Methods, the innermost first; null where the event has none, or they have no names yet.</param>
public sealed record RecordedEvent(long Number, double At, int Thread, string Provider, string Name, IReadOnlyDictionary<string, string> Payload, IReadOnlyList<string>? Stack)
{
    private const int MostFields = 32, LongestName = 200, LongestValue = 500;

    internal static RecordedEvent Of(TraceEvent value, long number, IReadOnlyList<string>? stack) =>
        new(number, Math.Round(value.TimeStampRelativeMSec / 1000, 9), value.ThreadID, Quoting.Cap(value.ProviderName, LongestName), Quoting.Cap(value.EventName, LongestName), PayloadOf(value), stack);

    /// <returns>Null if it is of no activity.</returns>
    internal static string? SourceOf(TraceEvent value) => value.PayloadByName("SourceName") as string;

    private static Dictionary<string, string> PayloadOf(TraceEvent value)
    {
        string[] names = value.PayloadNames ?? [];
        var payload = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            for (int i = 0; i < Math.Min(names.Length, MostFields); i++)
            {
                if (names[i].Length > 0) payload[Quoting.Cap(names[i], LongestName)] = Quoting.Cap(value.PayloadString(i, CultureInfo.InvariantCulture) ?? "", LongestValue);
            }
        }
        catch (Exception e)
        {
            payload["?"] = Quoting.Cap(e.Message, LongestValue); // It is not as it was described: the program's mistake, and no reason to hide the others.
        }
        return payload;
    }
}

/// <summary>Some events of a recording.</summary>
/// <param name="Next">What to ask for those after these with; null if there are none.</param>
public sealed record EventPage(IReadOnlyList<RecordedEvent> Events, long? Next);
