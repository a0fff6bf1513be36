using System.Security.Authentication;
using Microsoft.Extensions.Logging;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Sends requests of one signal to its receiver. Used by one thread at a time.</summary>
internal abstract class OtlpTransport(OtlpEndpoint endpoint, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly RequestHeaders _headers = new(endpoint, logger);

    protected OtlpEndpoint Endpoint => endpoint;

    protected TimeProvider Time => time;

    public static OtlpTransport Create(OtlpSignal signal, OtlpEndpoint endpoint, TimeProvider time, ILogger logger) =>
        endpoint.EffectiveProtocol == OtlpProtocol.Grpc
            ? new OtlpGrpcTransport(signal, endpoint, time, logger) : new OtlpHttpTransport(signal, endpoint, time, logger);

    /// <summary>Sends a request; ends at the latest with <see cref="OtlpEndpoint.Timeout"/>. Whatever goes wrong is an outcome.</summary>
    /// <param name="gzip">The body is compressed.</param>
    /// <exception cref="OperationCanceledException">Cancelled by the caller: what came of the request is not known.</exception>
    public async Task<SendOutcome> SendAsync(ReadOnlyMemory<byte> body, bool gzip, CancellationToken cancel)
    {
        IReadOnlyList<KeyValuePair<string, string>> headers = _headers.Current(out string? wrong);
        if (wrong is not null) return new SendOutcome(SendResult.Retry, wrong);
        using var timeout = new CancellationTokenSource(endpoint.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            SendOutcome outcome = await SendAsync(body, gzip, headers, either.Token).ConfigureAwait(false);
            return outcome with { Message = HeaderSecrets.Hide(_headers.Secrets, outcome.Message) };
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new SendOutcome(SendResult.Retry, $"no answer within {endpoint.Timeout.TotalSeconds:0.###} s");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A file of TLS that is none, or a mistake of ours: data waits, and it is said, where an exception would end all sending.
            return new SendOutcome(SendResult.Retry, Describe(e));
        }
    }

    protected abstract Task<SendOutcome> SendAsync(
        ReadOnlyMemory<byte> body, bool gzip, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancel);

    /// <summary>The exception and what caused it, since the outer one often says only that it failed.</summary>
    protected static string Describe(Exception exception)
    {
        string text = exception.Message;
        if (text.Contains("inner exception", StringComparison.OrdinalIgnoreCase)) text = exception.InnerException?.Message ?? text;
        if (exception.GetBaseException() is { } cause && cause != exception && !text.Contains(cause.Message, StringComparison.Ordinal))
            text = $"{text} {cause.Message}";
        return Text.Quoting.Cap(text, 300);
    }

    /// <summary>What is the matter, where the other side does not speak as we do.</summary>
    protected string Hint(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException && endpoint.Address.Scheme == Uri.UriSchemeHttps && cause.Message.Contains("frame", StringComparison.Ordinal))
                return " (is it a port without TLS? Then write http://)";
            if (cause is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.HttpProtocolError or HttpRequestError.InvalidResponse })
            {
                bool grpc = endpoint.EffectiveProtocol == OtlpProtocol.Grpc;
                return $" (is it a port for OTLP by {(grpc ? "gRPC, not http/protobuf" : "HTTP, not grpc")}, {(endpoint.Address.Scheme == Uri.UriSchemeHttps ? "and with TLS" : "and without TLS")}?)";
            }
        }
        return "";
    }

    public abstract void Dispose();
}
