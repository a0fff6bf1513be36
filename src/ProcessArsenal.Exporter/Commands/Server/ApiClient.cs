using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ProcessArsenal.Exporter.Api;

namespace ProcessArsenal.Exporter.Commands.Server;

/// <summary>Asks a daemon's control listener.</summary>
internal sealed class ApiClient : IDisposable
{
    private const int MostAnswer = 64 * 1024 * 1024;

    private readonly HttpClient _http;
    private readonly Uri _server;
    private readonly TimeSpan _patience;

    /// <param name="patience">How long it may take to answer.</param>
    public ApiClient(Uri server, string token, TimeSpan patience)
    {
        _server = server;
        _patience = patience;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = server,
            Timeout = patience,
            MaxResponseContentBufferSize = MostAnswer,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd($"{ActionBody.CommandLineAgent}/{Hosting.OwnMetrics.Version}");
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Gets an answer.</summary>
    /// <param name="path">With its query.</param>
    /// <exception cref="ServerException">There is none; the message says why.</exception>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        return await ReadAsync(request, type, cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends a body, and gets an answer.</summary>
    /// <param name="body">JSON.</param>
    /// <exception cref="ServerException">There is none; the message says why.</exception>
    public Task<T> PostAsync<T>(string path, JsonObject body, JsonTypeInfo<T> type, CancellationToken cancellation) => BodyAsync(HttpMethod.Post, path, body, type, cancellation);

    /// <summary>Sets what a body says, and gets an answer.</summary>
    /// <param name="body">JSON.</param>
    /// <exception cref="ServerException">There is none; the message says why.</exception>
    public Task<T> PutAsync<T>(string path, JsonObject body, JsonTypeInfo<T> type, CancellationToken cancellation) => BodyAsync(HttpMethod.Put, path, body, type, cancellation);

    private async Task<T> BodyAsync<T>(HttpMethod method, string path, JsonObject body, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, JsonAnswer.MediaType) };
        return await ReadAsync(request, type, cancellation).ConfigureAwait(false);
    }

    /// <summary>Deletes what is there, and gets an answer.</summary>
    /// <exception cref="ServerException">There is none; the message says why.</exception>
    public async Task<T> DeleteAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri(path, UriKind.Relative));
        return await ReadAsync(request, type, cancellation).ConfigureAwait(false);
    }

    private async Task<T> ReadAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellation).ConfigureAwait(false);
        try
        {
            Stream content = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            return await JsonSerializer.DeserializeAsync(content, type, cancellation).ConfigureAwait(false) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new ServerException($"{_server} does not answer as process-arsenal does: is it another program, or another version?");
        }
    }

    /// <summary>Writes an answer, of whatever length, to a new file. What breaks off leaves none, and one that is there already stays as it is.</summary>
    /// <param name="mode">Of the file.</param>
    /// <exception cref="ServerException">There is none; the message says why.</exception>
    /// <exception cref="IOException">The file can't be written, or is there already.</exception>
    public async Task DownloadAsync(string path, string file, UnixFileMode mode, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        using HttpResponseMessage answer = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        try
        {
            await NewFile.WriteAsync(file, mode, stream => answer.Content.CopyToAsync(stream, cancellation)).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new ServerException($"{_server} has hung up: {e.Message}");
        }
    }

    /// <summary>Reads server-sent events for as long as they come, and are wanted.</summary>
    /// <param name="read">Told the event's name and its data; false if it wants no more.</param>
    /// <exception cref="ServerException">It can't be asked, or hangs up.</exception>
    public async Task FollowAsync(string path, Func<string, string, bool> read, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Accept.ParseAdd(ApiRoute.EventStream);
        using HttpResponseMessage answer = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        try
        {
            using Stream content = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            await foreach (System.Net.ServerSentEvents.SseItem<string> item in System.Net.ServerSentEvents.SseParser.Create(content).EnumerateAsync(cancellation).ConfigureAwait(false))
                if (!read(item.EventType, item.Data)) return;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ServerException($"{_server} has hung up: {e.Message}");
        }
        throw new ServerException($"{_server} has hung up: it was stopped, or is being started again.");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellation)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await _http.SendAsync(request, completion, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            string hint = e.HttpRequestError == HttpRequestError.SecureConnectionError
                ? " If its certificate is signed by an authority of your own, name it with the environment variable SSL_CERT_FILE." : " Is the daemon running, and is listen.control set as here?";
            throw new ServerException($"can't ask {_server}: {e.InnerException?.Message ?? e.Message}.{hint}");
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ServerException($"{_server} does not answer within {_patience.TotalSeconds:0} s.");
        }
        if (answer.IsSuccessStatusCode) return answer;
        using (answer)
            throw new ServerException($"{_server} refuses: {await ReasonAsync(answer, cancellation).ConfigureAwait(false)}") { IsUsage = answer.StatusCode == HttpStatusCode.BadRequest };
    }

    private static async Task<string> ReasonAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        try
        {
            string text = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            if (JsonSerializer.Deserialize(text, ApiJson.Default.Problem) is { Detail: { } detail }) return Terminal.Printable(detail, 1024);
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            // Then the status has to do.
        }
        return FormattableString.Invariant($"{(int)answer.StatusCode} {(HttpStatusCode)answer.StatusCode}");
    }
}
