using System.Diagnostics;
using OpenTelemetry;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Spans of requests to ourselves: each under the name of its page; those that only ask for our health are not worth one.</summary>
internal sealed class OwnRequestSpans : BaseProcessor<Activity>
{
    private static readonly string[] Pages = ["/metrics", "/metrics/self"];

    public override void OnEnd(Activity data)
    {
        if (data.GetTagItem("url.path") is not string path) return;
        if (path is "/healthz" or "/readyz") data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded; // What comes behind leaves it out.
        else if (Pages.Contains(path)) data.DisplayName = $"{data.GetTagItem("http.request.method")} {path}";
    }
}
