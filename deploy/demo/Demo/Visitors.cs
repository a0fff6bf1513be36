using System.Globalization;

namespace ProcessArsenal.Demo;

/// <summary>Those who order, of one after the other. That one of them does not answer for a moment is nothing to them.</summary>
internal sealed class Visitors : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly Uri[] _services;
    private Task _coming = Task.CompletedTask;
    private int _orders;

    public Visitors(params Uri[] services) => _services = services;

    /// <summary>They come evenly.</summary>
    /// <param name="atOnce">So many of the first service's come at once, before.</param>
    public void Come(int perSecond, int atOnce = 0) => _coming = Task.Run(() => ComeAsync(TimeSpan.FromSeconds(1.0 / perSecond), atOnce));

    private async Task ComeAsync(TimeSpan pace, int atOnce)
    {
        for (int i = 0; i < atOnce; i++) await OrderAsync(_services[0]);
        using var timer = new PeriodicTimer(pace);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) await Task.WhenAll(_services.Select(OrderAsync));
        }
        catch (OperationCanceledException)
        {
            // They have gone.
        }
    }

    private async Task OrderAsync(Uri service)
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(new Uri(service, string.Create(CultureInfo.InvariantCulture, $"/orders/{++_orders}")), _stop.Token);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // Who is restarted does not answer.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _coming;
        _http.Dispose();
        _stop.Dispose();
    }
}
