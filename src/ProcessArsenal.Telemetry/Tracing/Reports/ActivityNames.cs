using Microsoft.Diagnostics.Tracing;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>What begins an activity, by any of the providers that tell of some.</summary>
internal static class ActivityNames
{
    public const string Server = "Microsoft.AspNetCore.Hosting", Client = "System.Net.Http";

    private const string Activities = "Microsoft-Diagnostics-DiagnosticSource";
    private const int LongestName = 200;

    /// <returns>Method and path of a request that is served, the host of one that is made, the name of another activity; null if none begins.</returns>
    public static string? Of(TraceEvent value) => (value.ProviderName, value.EventName) switch
    {
        (Server or Client, "Request/Start" or "RequestStart") => OfRequest(value),
        (Activities, "Activity/Start" or "ActivityStart" or "Activity1/Start" or "Activity1Start" or "Activity2/Start" or "Activity2Start") => Quoting.Cap((value.PayloadByName("ActivityName") ?? value.PayloadByName("EventName"))?.ToString() ?? "?", LongestName),
        _ => null,
    };

    public static string OfRequest(TraceEvent value) => Quoting.Cap(
        value.ProviderName == Server ? $"{Text(value, "method")} {Text(value, "path")}" : $"{Text(value, "scheme")}://{Text(value, "host")}:{Text(value, "port")}", LongestName);

    private static string Text(TraceEvent value, string field) => value.PayloadByName(field)?.ToString() ?? "?";
}
