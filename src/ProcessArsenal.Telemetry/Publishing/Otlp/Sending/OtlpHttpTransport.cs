using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>OTLP over HTTP, in protocol buffers (<see href="https://opentelemetry.io/docs/specs/otlp/#otlphttp"/>).</summary>
internal sealed class OtlpHttpTransport(OtlpSignal signal, OtlpEndpoint endpoint, TimeProvider time, ILogger logger)
    : OtlpTransport(endpoint, time, logger)
{
    private const string Protobuf = "application/x-protobuf";

    private const string Json = "application/json";

    /// <summary>Of portals, and of other programs on that port: HTML, or a plain "ok".</summary>
    private const string Texts = "text/";

    private readonly HttpClient _client = new(ReceiverConnection.CreateHandler(endpoint)) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Uri _address = endpoint.AddressOf(signal);

    protected override async Task<SendOutcome> SendAsync(
        ReadOnlyMemory<byte> body, bool gzip, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(Protobuf);
        if (gzip) request.Content.Headers.ContentEncoding.Add("gzip");
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        HttpResponseMessage response;
        try
        {
            response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            return new SendOutcome(SendResult.Retry, Describe(e) + Hint(e));
        }
        using (response)
        {
            byte[] answer = await ReadAsync(response, cancel).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) return Judge(response, answer);
            string kind = response.Content.Headers.ContentType?.MediaType ?? "";
            if (kind.Length == 0 && answer is [(byte)'<', ..]) kind = "text/html"; // Who is not told may guess (RFC 9110, 8.3).
            if (answer.Length > 0 && kind.StartsWith(Texts, StringComparison.OrdinalIgnoreCase))
                return new SendOutcome(SendResult.Retry, $"{_address.GetLeftPart(UriPartial.Path)} answers HTTP {(int)response.StatusCode} with {kind}: it is no receiver of OTLP");
            return IsOf(kind, Json) ? ReceiverAnswer.AcceptedJson(answer) : ReceiverAnswer.Accepted(answer);
        }
    }

    /// <summary>What there is of the answer: its status is known, so that an answer that breaks off must not make us send again.</summary>
    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        byte[] buffer = new byte[Math.Clamp(response.Content.Headers.ContentLength ?? 4096, 0, ReceiverAnswer.MostBytes)];
        int length = 0;
        try
        {
            Stream stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            while (true)
            {
                if (length == buffer.Length && length < ReceiverAnswer.MostBytes) Array.Resize(ref buffer, Math.Clamp(length * 2, 256, ReceiverAnswer.MostBytes));
                int count = await stream.ReadAsync(buffer.AsMemory(length), cancel).ConfigureAwait(false);
                if (count == 0) break;
                length += count;
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
        }
        return buffer[..length];
    }

    private SendOutcome Judge(HttpResponseMessage response, byte[] answer)
    {
        int status = (int)response.StatusCode;
        string said = IsOf(response.Content.Headers.ContentType?.MediaType, Protobuf) ? ReceiverAnswer.Status(answer).Message : ReceiverAnswer.Text(answer);
        string message = string.Create(CultureInfo.InvariantCulture, $"HTTP {status}{(said.Length > 0 ? ": " : "")}{said}");
        return status switch
        {
            408 or 429 or 502 or 503 or 504 => new SendOutcome(SendResult.Retry, message, RetryAfter: RetryAfter(response.Headers.RetryAfter)),
            401 or 403 or 407 => new SendOutcome(SendResult.Retry, message) { IsCredentials = true },
            413 => new SendOutcome(SendResult.TooLarge, message),
            >= 300 and < 400 => new SendOutcome(SendResult.Refused, $"{message} (it points elsewhere, where we do not follow: name that as the endpoint)"),
            404 => new SendOutcome(SendResult.Refused, $"{message} (is {_address.GetLeftPart(UriPartial.Path)} the right address?)"),
            _ => new SendOutcome(SendResult.Refused, message),
        };
    }

    /// <summary>Names of media types are the same in any case (RFC 9110, 8.3.1).</summary>
    private static bool IsOf(string? mediaType, string known) => string.Equals(mediaType, known, StringComparison.OrdinalIgnoreCase);

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header?.Delta ?? (header?.Date - Time.GetUtcNow());

    public override void Dispose() => _client.Dispose();
}
