using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>A steady load on a web program that keeps the time of each request.</summary>
internal sealed class WebLoad : IAsyncDisposable
{
    private const int Callers = 4;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(8);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Task _run;
    private List<double> _milliseconds = [];

    public WebLoad(WebTarget web) => _run = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() => CallAsync(web))));

    /// <summary>Requests since the last <see cref="Take"/>.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _milliseconds.Count;
        }
    }

    /// <summary>Fails if a request has.</summary>
    public async Task Until(int requests, TimeSpan within) =>
        await Eventually.True($"{requests} requests", () => _run.IsFaulted ? Task.FromException<bool>(_run.Exception) : Task.FromResult(Count >= requests), () => $"{Count}", within);

    /// <summary>The times of requests since the last call, and begins anew.</summary>
    public Latencies Take()
    {
        lock (_gate)
        {
            List<double> taken = _milliseconds;
            _milliseconds = [];
            return new Latencies([.. taken.Order()]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task CallAsync(WebTarget web)
    {
        using var pace = new PeriodicTimer(Pace);
        while (!_stop.IsCancellationRequested)
        {
            long began = TimeProvider.System.GetTimestamp();
            await web.Get("orders/1", 1);
            double took = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
            lock (_gate) _milliseconds.Add(took);
            await pace.WaitForNextTickAsync(_stop.Token);
        }
    }
}

/// <summary>Milliseconds in their order.</summary>
internal sealed record Latencies(double[] Ordered)
{
    public double Max => Ordered[^1];

    public double Quantile(double q) => Ordered[(int)(q * (Ordered.Length - 1))];

    public override string ToString() =>
        FormattableString.Invariant($"{Ordered.Length} requests, p50 {Quantile(0.5):F2}, p99 {Quantile(0.99):F2}, p99.9 {Quantile(0.999):F2}, max {Max:F1} ms");
}
