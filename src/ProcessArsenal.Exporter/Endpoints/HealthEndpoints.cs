using System.Globalization;
using ProcessArsenal.Exporter.Hosting;

namespace ProcessArsenal.Exporter.Endpoints;

/// <summary><c>/healthz</c>: is the program worth keeping alive? <c>/readyz</c>: is what it publishes worth scraping?</summary>
internal sealed class HealthEndpoints(Freshness freshness)
{
    public Task HealthAsync(HttpContext http) => freshness.WhyNotAlive() is { } reason
        ? PlainText.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, "not alive: " + reason)
        : PlainText.WriteAsync(http, StatusCodes.Status200OK, "ok");

    public Task ReadyAsync(HttpContext http) => freshness.WhyNotReady() is { } reason
        ? PlainText.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, "not ready: " + reason)
        : PlainText.WriteAsync(http, StatusCodes.Status200OK,
            string.Create(CultureInfo.InvariantCulture, $"ready: the snapshot is {freshness.Age()?.TotalSeconds:0.0} s old"));
}
