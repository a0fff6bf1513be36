using Microsoft.Net.Http.Headers;
using ProcessArsenal.Telemetry.Publishing;

namespace ProcessArsenal.Exporter.Endpoints;

/// <summary>Which format and encoding a scraper wants (RFC 9110, 12.5).</summary>
internal static class ContentNegotiation
{
    private const string OpenMetricsType = "application/openmetrics-text";
    private const string TextType = "text/plain";

    /// <summary>OpenMetrics if it is asked for by name and preferred at least as much as the text format; the text format otherwise.</summary>
    public static ExpositionFormat Format(HttpRequest request)
    {
        double openMetrics = 0, text = 0;
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted)) return ExpositionFormat.PrometheusText;
        foreach (MediaTypeHeaderValue type in accepted)
        {
            double quality = type.Quality ?? 1;
            if (type.MediaType.Equals(OpenMetricsType, StringComparison.OrdinalIgnoreCase)) openMetrics = Math.Max(openMetrics, quality);
            else if (type.MediaType.Equals(TextType, StringComparison.OrdinalIgnoreCase)) text = Math.Max(text, quality);
        }
        return openMetrics > 0 && openMetrics >= text ? ExpositionFormat.OpenMetrics : ExpositionFormat.PrometheusText;
    }

    /// <summary>Whether gzip is accepted: by name or by <c>*</c>, and not with quality 0.</summary>
    public static bool AcceptsGzip(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out IList<StringWithQualityHeaderValue>? accepted)) return false;
        double? named = null, any = null;
        foreach (StringWithQualityHeaderValue coding in accepted)
        {
            if (coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase)) named = coding.Quality ?? 1;
            else if (coding.Value == "*") any = coding.Quality ?? 1;
        }
        return (named ?? any ?? 0) > 0;
    }

    public static string ContentType(ExpositionFormat format) => format == ExpositionFormat.OpenMetrics
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";
}
