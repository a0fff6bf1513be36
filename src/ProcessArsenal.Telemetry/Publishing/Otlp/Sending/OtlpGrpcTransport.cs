using System.Buffers;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>OTLP over gRPC (<see href="https://opentelemetry.io/docs/specs/otlp/#otlpgrpc"/>). Requests and responses are bytes: nothing is generated.
/// </summary>
internal sealed class OtlpGrpcTransport : OtlpTransport
{
    // Asks for compression; the name is that of Grpc.Net.Client's own header, and never sent as such.
    private const string CompressionHeader = "grpc-internal-encoding-request";
    private const string StatusDetails = "grpc-status-details-bin";
    private const int MostAnswer = 1024 * 1024;

    private static readonly Marshaller<Message> Raw = Marshallers.Create<Message>(
        (message, context) =>
        {
            context.SetPayloadLength(message.Bytes.Length);
            context.GetBufferWriter().Write(message.Bytes.Span);
            context.Complete();
        },
        context => new Message(context.PayloadAsReadOnlySequence().ToArray()));

    private static readonly string[] SizeComplaints =
        ["message larger than max", "message exceeds maximum size", "message exceeds the maximum", "message length too large"];

    private static readonly string[] UnreadableAnswers =
        ["Received message exceeds the maximum configured message size", "Unsupported grpc-encoding value", "Failed to deserialize response message"];

    private readonly Method<Message, Message> _export;
    private GrpcChannel? _channel;

    public OtlpGrpcTransport(OtlpSignal signal, OtlpEndpoint endpoint, TimeProvider time, ILogger logger)
        : base(endpoint, time, logger)
    {
        string service = signal == OtlpSignal.Traces
            ? "opentelemetry.proto.collector.trace.v1.TraceService" : "opentelemetry.proto.collector.metrics.v1.MetricsService";
        _export = new(MethodType.Unary, service, "Export", Raw, Raw);
    }

    protected override async Task<SendOutcome> SendAsync(
        ReadOnlyMemory<byte> body, bool gzip, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancel)
    {
        var metadata = new Metadata();
        foreach ((string name, string value) in headers) metadata.Add(name, value);
        if (gzip) metadata.Add(CompressionHeader, "gzip");
        _channel ??= Connect();
        try
        {
            using AsyncUnaryCall<Message> call =
                _channel.CreateCallInvoker().AsyncUnaryCall(_export, null, new CallOptions(metadata, cancellationToken: cancel), new Message(body));
            ReadOnlyMemory<byte> answer = (await call.ResponseAsync.ConfigureAwait(false)).Bytes;
            return ReceiverAnswer.Accepted(answer.Span[..Math.Min(answer.Length, ReceiverAnswer.MostBytes)]);
        }
        catch (RpcException) when (cancel.IsCancellationRequested)
        {
            // The connection may be dead and not know it, and would be used again.
            Disconnect();
            throw new OperationCanceledException(cancel);
        }
        catch (RpcException e)
        {
            return Judge(e);
        }
    }

    private GrpcChannel Connect()
    {
        SocketsHttpHandler handler = ReceiverConnection.CreateHandler(Endpoint);
        return GrpcChannel.ForAddress(Endpoint.Address.GetLeftPart(UriPartial.Authority), new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxSendMessageSize = null,
            MaxReceiveMessageSize = MostAnswer,
            CompressionProviders = [new CompressedAlready()],
        });
    }

    private SendOutcome Judge(RpcException e)
    {
        string said = ReceiverAnswer.Text(System.Text.Encoding.UTF8.GetBytes(Text.Quoting.Cut(e.Status.Detail, 1000)));
        // No word of the receiver, but what became of the connection.
        if (e.Status.DebugException is { } cause) return new SendOutcome(SendResult.Retry, Describe(cause) + Hint(cause));
        if (IsUnreadableAnswer(said)) return new SendOutcome(SendResult.Accepted, said);
        string message = $"gRPC {e.StatusCode}{(said.Length > 0 ? ": " : "")}{said}";
        TimeSpan? retryAfter = e.Trailers.GetValueBytes(StatusDetails) is { } details ? ReceiverAnswer.Status(details).RetryAfter : null;
        return e.StatusCode switch
        {
            StatusCode.OutOfRange or StatusCode.ResourceExhausted when retryAfter is null && IsAboutSize(said) => new SendOutcome(SendResult.TooLarge, message),
            StatusCode.Cancelled or StatusCode.DeadlineExceeded or StatusCode.Aborted or StatusCode.OutOfRange or StatusCode.Unavailable
                or StatusCode.DataLoss => new SendOutcome(SendResult.Retry, message, RetryAfter: retryAfter),
            StatusCode.ResourceExhausted when retryAfter is not null => new SendOutcome(SendResult.Retry, message, RetryAfter: retryAfter),
            StatusCode.Unauthenticated or StatusCode.PermissionDenied => new SendOutcome(SendResult.Retry, message) { IsCredentials = true },
            // A proxy that speaks only HTTP.
            StatusCode.Unknown when said.Contains("HTTP status code: 413", StringComparison.Ordinal) => new SendOutcome(SendResult.TooLarge, message),
            StatusCode.Unimplemented => new SendOutcome(SendResult.Refused, $"{message} (does this endpoint take OTLP over gRPC?)"),
            _ => new SendOutcome(SendResult.Refused, message),
        };
    }

    /// <summary>There is no code of its own for it, only the words of the servers of Go, C and Node.js, Java, .NET, and Rust, which says that it is out of
    /// range. Other words may be about a quota, and a receiver that has enough must not get the same in parts.</summary>
    private static bool IsAboutSize(string text) => SizeComplaints.Any(words => text.Contains(words, StringComparison.OrdinalIgnoreCase));

    /// <summary>What Grpc.Net.Client says of an answer of the receiver itself. Only to a request that it has taken it answers with a message, so one that can't
    /// be read must not make us send again.</summary>
    private static bool IsUnreadableAnswer(string text) => UnreadableAnswers.Any(words => text.Contains(words, StringComparison.Ordinal));

    private void Disconnect()
    {
        _channel?.Dispose();
        _channel = null;
    }

    public override void Dispose() => Disconnect();

    // gRPC wants a class.
    private sealed record Message(ReadOnlyMemory<byte> Bytes);
}
