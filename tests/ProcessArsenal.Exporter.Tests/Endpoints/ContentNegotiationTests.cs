using Microsoft.AspNetCore.Http;
using ProcessArsenal.Exporter.Endpoints;
using ProcessArsenal.Telemetry.Publishing;

namespace ProcessArsenal.Exporter.Tests.Endpoints;

public sealed class ContentNegotiationTests
{
    [Theory]
    [InlineData(null, ExpositionFormat.PrometheusText)]
    [InlineData("*/*", ExpositionFormat.PrometheusText)]
    [InlineData("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", ExpositionFormat.PrometheusText)]
    [InlineData("application/openmetrics-text", ExpositionFormat.OpenMetrics)]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        ExpositionFormat.OpenMetrics)]
    [InlineData("application/openmetrics-text;q=0.2, text/plain;q=0.9", ExpositionFormat.PrometheusText)]
    [InlineData("application/openmetrics-text;q=0", ExpositionFormat.PrometheusText)]
    [InlineData(";;;,=\u00e9", ExpositionFormat.PrometheusText)]
    public void Chooses_the_format(string? accept, ExpositionFormat expected)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Accept = accept;
        Assert.Equal(expected, ContentNegotiation.Format(http.Request));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("gzip", true)]
    [InlineData("br, gzip;q=0.5", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("*", true)]
    [InlineData("*, gzip;q=0", false)]
    [InlineData("identity", false)]
    [InlineData("=;=", false)]
    public void Compresses_if_accepted(string? acceptEncoding, bool expected)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.AcceptEncoding = acceptEncoding;
        Assert.Equal(expected, ContentNegotiation.AcceptsGzip(http.Request));
    }
}
