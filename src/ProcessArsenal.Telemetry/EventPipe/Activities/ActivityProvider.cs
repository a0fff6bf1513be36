using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>How a target is asked for its spans: by the FilterAndPayloadSpecs of its DiagnosticSourceEventSource. There is one filter in a process: a
/// second session replaces that of the first, for good.</summary>
internal sealed class ActivityProvider
{
    public const string Name = "Microsoft-Diagnostics-DiagnosticSource";

    /// <summary>Messages and events.</summary>
    public const long Keywords = 0x1 | 0x2;

    private const string Fields =
        ":-TraceId;SpanId;ParentSpanId;Flags=ActivityTraceFlags;TraceState=TraceStateString;Kind;DisplayName;StartTicks=StartTimeUtc.Ticks;DurTicks=Duration.Ticks;"
        + "Status;StatusDescription;Tags=TagObjects.*Enumerate;Events;Links;Version=Source.Version";

    /// <summary>Runtimes before .NET 10 don't write what events and links hold; so at least how many there are.</summary>
    private const string Counts = ";EventCount=Events.*Enumerate;LinkCount=Links.*Enumerate";

    /// <summary>ASP.NET Core says of a request what its span does not; of one that ended by an exception of the program it says so instead.</summary>
    private const string Requests = "\nMicrosoft.AspNetCore/" + HttpRequest.Ended + RequestFields + "\nMicrosoft.AspNetCore/" + HttpRequest.Failed + RequestFields
        + ";HasStarted=httpContext.Response.HasStarted;Error=exception";

    private const string RequestFields = ":-SpanId=*Activity.SpanId;Method=httpContext.Request.Method;Scheme=httpContext.Request.Scheme;"
        + "Host=httpContext.Request.Host.Value;Path=httpContext.Request.Path.Value;Query=httpContext.Request.QueryString.Value;Proto=httpContext.Request.Protocol;"
        + "Code=httpContext.Response.StatusCode;RV=httpContext.Request.RouteValues.*Enumerate;Peer=httpContext.Connection.RemoteIpAddress";

    /// <summary>Share of the traces that a runtime is asked for which knows no rate.</summary>
    private const double RatioForRate = 0.05;

    private ActivityProvider(string sampler, bool isSampled, bool hasAnnotations)
    {
        Specs = "[AS]*/Stop-" + sampler + Fields + (hasAnnotations ? "" : Counts) + Requests;
        IsSampled = isSampled;
    }

    /// <summary>The filter, and what is to be told of each activity.</summary>
    public string Specs { get; }

    /// <summary>Only activities that are marked as sampled were meant: others that come were made for someone else, or to carry a trace on.</summary>
    public bool IsSampled { get; }

    /// <summary>What a target is asked for.</summary>
    /// <param name="runtime">Major version of its runtime.</param>
    /// <returns>Null if it can't be asked for that: before .NET 9 only for all.</returns>
    public static ActivityProvider? For(int runtime, SpanSampler sampler)
    {
        // Without any sampler the target would mark all as sampled: it, and who it calls, would then export all of them, whatever they were set to.
        bool hasAnnotations = runtime >= 10;
        if (sampler == SpanSampler.All) return new ActivityProvider("Record", isSampled: false, hasAnnotations);
        if (runtime < 9) return null;
        string name = sampler.TracesPerSecond is { } rate && runtime >= 10
            ? string.Create(CultureInfo.InvariantCulture, $"ParentRateLimitingSampler({rate})")
            : string.Create(CultureInfo.InvariantCulture, $"ParentRatioSampler({sampler.Share ?? RatioForRate:0.######})");
        return new ActivityProvider(name, isSampled: true, hasAnnotations);
    }

    public EventPipeProvider Build() => new(Name, EventLevel.Informational, Keywords, new Dictionary<string, string> { ["FilterAndPayloadSpecs"] = Specs });
}
