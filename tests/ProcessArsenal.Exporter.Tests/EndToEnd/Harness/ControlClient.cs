using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>Asks the control listener of a running exporter, rightly or wrongly.</summary>
internal sealed class ControlClient : IDisposable
{
    private readonly ExporterProcess _exporter;
    private readonly HttpClient _http;

    public ControlClient(ExporterProcess exporter)
    {
        _exporter = exporter;
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{exporter.ControlPort}");
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 100 }) { BaseAddress = new Uri(Address), Timeout = TimeSpan.FromSeconds(30) };
        Admin = File.ReadAllText(Path.Join(exporter.State, "admin.token")).Trim();
        Responder = File.ReadAllText(Path.Join(exporter.State, "responder.token")).Trim();
    }

    public string Address { get; }

    public string Admin { get; }

    public string Responder { get; }

    public string TokenFile => Path.Join(_exporter.State, "admin.token");

    /// <summary>Makes a token by the command line, as an administrator does.</summary>
    public async Task<string> MakeToken(string name, string role)
    {
        Command made = await Command.Run(Repository.Program, ["token", "create", name, "--role", role, "--state-directory", _exporter.State]);
        Assert.True(made.ExitCode == 0, made.Error);
        // Known within half a second: the daemon looks at the file again then.
        await Eventually.True("the token is known", async () => (await Ask(HttpMethod.Get, "/openapi.json", made.Output.Trim())).Status is 200 or 403);
        return made.Output.Trim();
    }

    /// <summary>Gets JSON as the administrator.</summary>
    public async Task<JsonElement> Get(string path)
    {
        Answer answer = await Ask(HttpMethod.Get, path, Admin);
        if (answer.Status == 500) await Eventually.True("the log says why", () => _exporter.Log.Contains("failed", StringComparison.Ordinal));
        Assert.True(answer.Status == 200, $"{path}: {answer.Status} {answer.Body}\n{_exporter.Log}");
        return JsonDocument.Parse(answer.Body).RootElement;
    }

    public async Task<Answer> Ask(HttpMethod method, string path, string? token, Action<HttpRequestMessage>? change = null)
    {
        using HttpRequestMessage request = new(method, path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        change?.Invoke(request);
        using HttpResponseMessage answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync(), answer.Headers.RetryAfter?.Delta);
    }

    public Task<HttpResponseMessage> Stream(string path, string token) =>
        _http.SendAsync(new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } }, HttpCompletionOption.ResponseHeadersRead);

    /// <summary>A connection on which anything can be said.</summary>
    public async Task<TcpClient> Connect()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _exporter.ControlPort);
        return client;
    }

    /// <summary>Says something and gives all that comes until the other end hangs up.</summary>
    public async Task<string> Say(string text, TimeSpan within)
    {
        using TcpClient client = await Connect();
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        using var answer = new MemoryStream();
        using var late = new CancellationTokenSource(within);
        try
        {
            await stream.CopyToAsync(answer, late.Token);
        }
        catch (IOException)
        {
            // Reset, which is a way to hang up.
        }
        return Encoding.ASCII.GetString(answer.ToArray());
    }

    public void Dispose() => _http.Dispose();
}

/// <param name="Status">Of HTTP.</param>
internal sealed record Answer(int Status, string? MediaType, string Body, TimeSpan? RetryAfter)
{
    public string? Type => Json("type");

    public string Detail => Json("detail") ?? "";

    private string? Json(string name) => MediaType == "application/problem+json" ? JsonDocument.Parse(Body).RootElement.GetProperty(name).GetString() : null;
}
