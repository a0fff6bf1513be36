using System.Net;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Story;

/// <summary>Stands between an Alertmanager and its webhook: holds each delivery for a while, hands it on, and of the first ones loses the answer, so that they are sent again.</summary>
internal sealed class BadNetwork : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _webhook;
    private readonly TimeSpan _holds;
    private readonly int _losesAnswers;
    private readonly Task _serving;
    private int _lost, _open;

    public BadNetwork(Uri webhook, TimeSpan holds, int losesAnswers)
    {
        (_webhook, _holds, _losesAnswers) = (webhook, holds, losesAnswers);
        // A port that somebody takes in between is asked for again.
        for (int attempt = 0; ; attempt++)
        {
            Address = new Uri($"http://127.0.0.1:{Random.Shared.Next(20_000, 30_000)}{webhook.AbsolutePath}/");
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add(Address.ToString());
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (attempt < 20)
            {
            }
        }
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>What Alertmanager is to be told.</summary>
    public Uri Address { get; }

    /// <summary>Answers that never came.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>The first delivery.</summary>
    public volatile string? First;

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            _ = HandOnAsync(context); // The network carries many at once.
        }
    }

    private async Task HandOnAsync(HttpListenerContext context)
    {
        Interlocked.Increment(ref _open);
        try
        {
            using var reader = new StreamReader(context.Request.InputStream);
            string body = await reader.ReadToEndAsync(_stop.Token);
            First ??= body;
            await Task.Delay(_holds, _stop.Token);
            using var request = new HttpRequestMessage(HttpMethod.Post, _webhook) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
            request.Headers.TryAddWithoutValidation("Authorization", context.Request.Headers["Authorization"]);
            using HttpResponseMessage answer = await _http.SendAsync(request, _stop.Token);
            if (answer.IsSuccessStatusCode && Interlocked.Increment(ref _lost) <= _losesAnswers)
            {
                context.Response.Abort();
                return;
            }
            Interlocked.Exchange(ref _lost, Math.Min(Lost, _losesAnswers));
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpRequestException or HttpListenerException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            context.Response.Abort(); // We don't listen just now, or it is over.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        await ProcessArsenal.Tests.Eventually.True("nothing is on its way", () => Volatile.Read(ref _open) == 0);
        _listener.Close();
        _http.Dispose();
        _stop.Dispose();
    }
}
