namespace ProcessArsenal.Tests;

/// <summary>What goes wrong at an <see cref="OtlpReceiver"/>; one that is about HTTP or gRPC leaves the other as it is. Members that are null are not sent.
/// </summary>
internal sealed record OtlpFailure
{
    private OtlpFailure(string mode) => Mode = mode;

    public string Mode { get; }

    public int? Times { get; init; }

    public OtlpReceiverSignal? Signal { get; init; }

    public int? Status { get; private init; }

    public string? RetryAfter { get; private init; }

    public string? Body { get; private init; }

    public int? Code { get; private init; }

    public double? RetryDelayMs { get; private init; }

    public int? MaxBytes { get; private init; }

    public double? Ms { get; private init; }

    public int? Rejected { get; private init; }

    public string? Message { get; private init; }

    /// <summary>HTTP: does not take the request, and answers with a status.</summary>
    /// <param name="retryAfter">The header Retry-After, as it is.</param>
    /// <param name="body">A text, of the type text/html, instead of google.rpc.Status.</param>
    public static OtlpFailure HttpStatus(int status, string? retryAfter = null, string? message = null, string? body = null) =>
        new("status") { Status = status, RetryAfter = retryAfter, Message = message, Body = body };

    /// <summary>gRPC: the same.</summary>
    /// <param name="code">14 is UNAVAILABLE, 8 RESOURCE_EXHAUSTED.</param>
    /// <param name="retryDelay">As google.rpc.RetryInfo.</param>
    public static OtlpFailure GrpcStatus(int code, TimeSpan? retryDelay = null, string? message = null) =>
        new("grpc") { Code = code, RetryDelayMs = retryDelay?.TotalMilliseconds, Message = message };

    /// <summary>Does not take requests of more bytes, after decompression: 413, RESOURCE_EXHAUSTED without retry.</summary>
    public static OtlpFailure TooLarge(int maxBytes) => new("tooLarge") { MaxBytes = maxBytes };

    /// <summary>Takes the request at once, and answers later.</summary>
    public static OtlpFailure Slow(TimeSpan delay) => new("slow") { Ms = delay.TotalMilliseconds };

    /// <summary>Does not take the request, and never answers.</summary>
    public static OtlpFailure Hang() => new("hang");

    /// <summary>Takes the request, and destroys the connection instead of answering.</summary>
    public static OtlpFailure Drop() => new("drop");

    /// <summary>Takes the request but for its last items, and says so.</summary>
    public static OtlpFailure Partial(int rejected, string? message = null) => new("partial") { Rejected = rejected, Message = message };
}

internal enum OtlpReceiverSignal
{
    Traces,
    Metrics,
}
