using Microsoft.Extensions.Logging;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>An endpoint for the exporter of the OpenTelemetry SDK, which sends what we tell of ourselves: same receiver, same headers, same TLS.</summary>
public static class SdkClient
{
    /// <summary>Where, and whether by gRPC, else by HTTP.</summary>
    /// <param name="traces">Else metrics.</param>
    public static (Uri Address, bool IsGrpc) AddressOf(OtlpEndpoint endpoint, bool traces)
    {
        bool isGrpc = endpoint.EffectiveProtocol == OtlpProtocol.Grpc;
        return (isGrpc ? endpoint.Address : endpoint.AddressOf(traces ? OtlpSignal.Traces : OtlpSignal.Metrics), isGrpc);
    }

    /// <summary>A client that sends the endpoint's headers, read again when their file changes. The caller's to dispose.</summary>
    public static HttpClient Create(OtlpEndpoint endpoint, ILogger logger) =>
        new(new HeaderHandler(endpoint, logger) { InnerHandler = ReceiverConnection.CreateHandler(endpoint) }) { Timeout = endpoint.Timeout };

    /// <summary>One exporter sends one request at a time.</summary>
    private sealed class HeaderHandler(OtlpEndpoint endpoint, ILogger logger) : DelegatingHandler
    {
        private readonly RequestHeaders _headers = new(endpoint, logger);

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => base.Send(With(request), cancellationToken);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            base.SendAsync(With(request), cancellationToken);

        private HttpRequestMessage With(HttpRequestMessage request)
        {
            IReadOnlyList<KeyValuePair<string, string>> headers = _headers.Current(out string? wrong);
            if (wrong is not null) throw new HttpRequestException(wrong); // which its exporter takes for a receiver that is away
            foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
            return request;
        }
    }
}
