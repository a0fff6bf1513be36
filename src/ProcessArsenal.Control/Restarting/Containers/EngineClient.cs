using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Control.Restarting.Containers;

/// <summary>The two calls of Docker's API that a restart takes; Podman serves them too. Without a version in the path: each engine answers by its own.</summary>
internal sealed class EngineClient : IDisposable
{
    /// <summary>Bytes of an answer. That to an inspection is some 10 KiB, and has the environment and all labels.</summary>
    private const int MostBytes = 1 << 20;

    private const int MostComplaint = 300;

    private readonly string _path;
    private readonly HttpClient _http;

    public EngineClient(string path, uint? ownUser)
    {
        _path = path;
        // The deadline is the caller's token.
        _http = new HttpClient(EngineSocket.Handler(path, ownUser)) { BaseAddress = new Uri("http://engine/"), MaxResponseContentBufferSize = MostBytes, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Asks about a container.</summary>
    /// <param name="id">64 hexadecimal digits.</param>
    /// <returns>Why there are no details, otherwise.</returns>
    public async Task<(ContainerDetails? Details, string? Trouble)> InspectAsync(string id, CancellationToken cancellation)
    {
        (HttpStatusCode? status, byte[] body, string? trouble) = await SendAsync(HttpMethod.Get, $"containers/{id}/json", cancellation).ConfigureAwait(false);
        if (status is null) return (null, trouble);
        if (status == HttpStatusCode.NotFound) return (null, $"{_path} does not know it");
        if (status != HttpStatusCode.OK) return (null, Complaint(status.Value, body));
        try
        {
            ContainerDetails? details = JsonSerializer.Deserialize(body, ContainerJson.Default.ContainerDetails);
            return details is { State: not null } && details.Id == id ? (details, null) : (null, $"{_path} answers with something else than that container");
        }
        catch (JsonException)
        {
            return (null, $"{_path} answers with something else than that container");
        }
    }

    /// <summary>Restarts a container: SIGTERM, or what the container says instead, and SIGKILL after so many seconds; then it is started.</summary>
    /// <returns>Why not; null if it was done.</returns>
    public async Task<string?> RestartAsync(string id, int stopSeconds, CancellationToken cancellation)
    {
        string call = string.Create(CultureInfo.InvariantCulture, $"containers/{id}/restart?t={stopSeconds}");
        (HttpStatusCode? status, byte[] body, string? trouble) = await SendAsync(HttpMethod.Post, call, cancellation).ConfigureAwait(false);
        return status is null ? trouble : status is HttpStatusCode.NoContent or HttpStatusCode.OK ? null : Complaint(status.Value, body);
    }

    public void Dispose() => _http.Dispose();

    private async Task<(HttpStatusCode? Status, byte[] Body, string? Trouble)> SendAsync(HttpMethod method, string call, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(method, call);
            using HttpResponseMessage response = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
            return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or ArgumentException)
        {
            // ArgumentException: a path too long for a socket, or an answer that has no length or encoding that there could be.
            return (null, [], $"{_path}: {Quoting.Cap(e.InnerException is { } inner and not HttpRequestException ? inner.Message : e.Message, MostComplaint)}");
        }
    }

    private string Complaint(HttpStatusCode status, byte[] body)
    {
        string? message = null;
        try
        {
            message = JsonSerializer.Deserialize(body, ContainerJson.Default.EngineError)?.Message;
        }
        catch (JsonException)
        {
            // Then the status must do.
        }
        return string.Create(CultureInfo.InvariantCulture, $"{_path} answers {(int)status}{(message is null ? "" : ": " + Quoting.Cap(message, MostComplaint))}");
    }
}
