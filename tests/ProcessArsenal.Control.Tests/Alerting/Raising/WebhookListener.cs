using System.Collections.Concurrent;
using System.Net;
using ProcessArsenal.Control.Alerting;

namespace ProcessArsenal.Control.Tests.Alerting.Raising;

/// <summary>Answers as the route does, in front of an intake: the route itself is tested with the published program.</summary>
internal sealed class WebhookListener : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<AlertReceipt> _receipts = new();
    private readonly Task _serving;

    public WebhookListener(AlertIntake intake)
    {
        // A port that somebody takes in between is asked for again.
        for (int attempt = 0; ; attempt++)
        {
            Address = new Uri($"http://127.0.0.1:{Random.Shared.Next(20_000, 30_000)}/api/v1/alerts/");
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
        _serving = Task.Run(() => ServeAsync(intake));
    }

    public Uri Address { get; }

    public IReadOnlyList<AlertReceipt> Receipts => [.. _receipts];

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync(AlertIntake intake)
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
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            DeliveryReceipt receipt = await intake.ReceiveAsync(AlertmanagerMessage.Parse(body.ToArray()));
            foreach (AlertReceipt alert in receipt.Alerts) _receipts.Enqueue(alert);
            context.Response.StatusCode = 202;
            context.Response.Close();
        }
    }
}
