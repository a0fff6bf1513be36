using System.Text.Json.Serialization.Metadata;
using ProcessArsenal.Control.Authorization;

namespace ProcessArsenal.Exporter.Api;

/// <summary>One thing that can be asked for: who may, with which parameters, and what comes.</summary>
internal sealed record ApiRoute
{
    public const string EventStream = "text/event-stream";

    /// <summary>GET, which HEAD goes with.</summary>
    public string Method { get; init; } = HttpMethods.Get;

    /// <summary>As ASP.NET Core writes it: <c>/api/v1/processes/{id}</c>.</summary>
    public required string Path { get; init; }

    public required Role Role { get; init; }

    /// <summary>What it does, in a few words.</summary>
    public required string Summary { get; init; }

    public ApiParameter[] Parameters { get; init; } = [];

    /// <summary>What its body may have, as one JSON object; none: it takes no body.</summary>
    public ApiParameter[] Body { get; init; } = [];

    /// <summary>Bytes of a body that it reads itself; 0: it does not.</summary>
    public int MostBytes { get; init; }

    /// <summary>Bytes of a body that it takes; 0: it takes none.</summary>
    public int MostBody => Body.Length > 0 ? RequestBody.Most : MostBytes;

    /// <summary>It bounds by itself how much may be asked for, and what is more is told to come again.</summary>
    public bool HasOwnLimit { get; init; }

    /// <summary>What it answers with if all is well.</summary>
    public int Success { get; init; } = StatusCodes.Status200OK;

    /// <summary>How its answer is written; null if it is no JSON.</summary>
    public JsonTypeInfo? Answer { get; init; }

    /// <summary>What else it answers with than JSON.</summary>
    public string? OtherMediaType { get; init; }

    /// <summary>Only a few at once of each token: it costs more than a look at the latest sample.</summary>
    public bool IsExpensive { get; init; }

    /// <summary>It goes on for as long as the other end stays.</summary>
    public bool IsStream { get; init; }

    /// <summary>It does so for who accepts <see cref="EventStream"/>.</summary>
    public bool IsStreamIfAccepted { get; init; }

    public required Func<ApiRequest, Task> Handle { get; init; }

    /// <summary>Whether a request is for a stream.</summary>
    public bool Streams(HttpRequest request) =>
        IsStream || (IsStreamIfAccepted && request.GetTypedHeaders().Accept.Any(static media => media.MediaType.Equals(EventStream, StringComparison.OrdinalIgnoreCase)));
}
