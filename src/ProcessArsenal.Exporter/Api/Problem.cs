using System.Text.Json.Serialization;

namespace ProcessArsenal.Exporter.Api;

/// <summary>Why a request is refused: <c>application/problem+json</c> (RFC 9457).</summary>
/// <param name="Type">Which kind of problem it is; stable, so that programs can go by it.</param>
/// <param name="Title">The same for people; the same for each of a kind.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">What happened here, and what to do.</param>
internal sealed record Problem(string Type, string Title, int Status, string Detail)
{
    public const string MediaType = "application/problem+json";

    private const string TypePrefix = "urn:process-arsenal:problem:";

    /// <summary>Which parameter is wrong.</summary>
    public string? Parameter { get; init; }

    /// <summary>Where in its value, in characters from 0 on.</summary>
    public int? Position { get; init; }

    /// <summary>Which guard said no.</summary>
    public string? Guard { get; init; }

    /// <summary>Number of the action in the ledger.</summary>
    public long? Action { get; init; }

    /// <summary>When to try again, seconds: sent as Retry-After.</summary>
    [JsonIgnore]
    public int? RetryAfter { get; init; }

    public static Problem UnknownParameter(string name, string detail) => Of("unknown-parameter", "There is no such parameter", 400, detail) with { Parameter = name };

    public static Problem InvalidParameter(string name, string detail) => Of("invalid-parameter", "A parameter is wrong", 400, detail) with { Parameter = name };

    public static Problem InvalidExpression(string name, string detail, int position) =>
        Of("invalid-expression", "The expression is wrong", 400, detail) with { Parameter = name, Position = position };

    public static Problem Unauthorized(string detail) => Of("unauthorized", "A token is needed", 401, detail);

    public static Problem Forbidden(string detail) => Of("forbidden", "The token's role does not allow this", 403, detail);

    public static Problem HostRefused(string detail) => Of("host-refused", "Not a name of this host", 403, detail);

    public static Problem CrossSite(string detail) => Of("cross-site", "Requests from other sites are refused", 403, detail);

    public static Problem NotFound(string detail) => Of("not-found", "There is no such resource", 404, detail);

    public static Problem NoSuchProcess(string detail) => Of("no-such-process", "There is no such process", 404, detail);

    public static Problem MethodNotAllowed(string detail) => Of("method-not-allowed", "The resource has no such method", 405, detail);

    public static Problem BodyTooLarge(string detail) => Of("body-too-large", "The request's body is too large", 413, detail);

    public static Problem InvalidBody(string detail) => Of("invalid-body", "The request's body is wrong", 400, detail);

    public static Problem TooManyRequests(string detail, int retryAfter) => Of("too-many-requests", "Too many requests", 429, detail) with { RetryAfter = retryAfter };

    public static Problem Refused(string detail, string? guard, long? action) => Of("refused", "A guard refused the action", 409, detail) with { Guard = guard, Action = action };

    public static Problem NotTraced(string detail, long? action) => Of("not-traced", "There is no such recording now", 409, detail) with { Action = action };

    public static Problem KeyConflict(string detail) => Of("idempotency-key-conflict", "The Idempotency-Key belongs to another request", 422, detail);

    public static Problem NotRecorded(string detail) => Of("not-recorded", "The action can't be recorded, so it is not done", 503, detail) with { RetryAfter = 30 };

    public static Problem DeliveryNotRecorded(string detail, int retryAfter) => Of("delivery-not-recorded", "The delivery can't be recorded: send it again", 503, detail) with { RetryAfter = retryAfter };

    public static Problem Internal(string detail) => Of("internal", "Something went wrong here", 500, detail);

    public static Problem NotReady(string detail) => Of("not-ready", "There is no fresh sample", 503, detail) with { RetryAfter = 5 };

    private static Problem Of(string kind, string title, int status, string detail) => new(TypePrefix + kind, title, status, detail);

    /// <summary>Answers with it.</summary>
    public Task WriteAsync(HttpContext http)
    {
        http.Response.StatusCode = Status;
        if (RetryAfter is { } seconds) http.Response.Headers.RetryAfter = FormattableString.Invariant($"{seconds}");
        if (Status == StatusCodes.Status401Unauthorized) http.Response.Headers.WWWAuthenticate = "Bearer realm=\"process-arsenal\"";
        return JsonAnswer.WriteAsync(http, this, ApiJson.Readable.Problem, MediaType);
    }
}

/// <summary>A request is refused.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>The same with quotes and the like as they are: read by people in terminals, and never a part of HTML.</summary>
    public static ApiJson Readable => field ??= new ApiJson(new System.Text.Json.JsonSerializerOptions(Default.Options) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
