namespace ProcessArsenal.Exporter.Endpoints;

/// <summary>Every route. A new one is a line here.</summary>
internal static class EndpointCatalogue
{
    public static void Map(WebApplication app)
    {
        MetricsEndpoint metrics = app.Services.GetRequiredService<MetricsEndpoint>();
        HealthEndpoints health = app.Services.GetRequiredService<HealthEndpoints>();
        string[] read = [HttpMethods.Get, HttpMethods.Head];
        app.MapMethods("/metrics", read, metrics.HandleAsync);
        app.MapPrometheusScrapingEndpoint("/metrics/self");
        app.MapMethods("/healthz", read, health.HealthAsync);
        app.MapMethods("/readyz", read, health.ReadyAsync);
        app.MapMethods("/", read, http => PlainText.WriteAsync(http, StatusCodes.Status200OK, Index));
    }

    private const string Index =
        """
        process-arsenal: every process on this host, as metrics

        /metrics        processes and groups, for Prometheus
        /metrics/self   the health of this program itself
        /healthz        is it alive
        /readyz         is its latest sample fresh
        """;
}
