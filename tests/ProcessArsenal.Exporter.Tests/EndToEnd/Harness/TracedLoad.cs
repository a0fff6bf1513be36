using System.Collections.Concurrent;
using System.Security.Cryptography;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>A steady load on a web program, each request in a trace of its own.</summary>
internal sealed class TracedLoad : IAsyncDisposable
{
    private const int Callers = 2;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, TracedRequest> _ended = new();
    private readonly Task _run;

    public TracedLoad(WebTarget web, string path) => _run = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() => CallAsync(web, path))));

    /// <summary>Requests that were answered, by trace.</summary>
    public IReadOnlyDictionary<string, TracedRequest> Ended => _ended;

    /// <summary>Waits for so many more; fails if one could not be sent.</summary>
    public async Task More(int requests, TimeSpan within)
    {
        int until = _ended.Count + requests;
        await Eventually.True($"{requests} more requests", () => _run.IsFaulted ? Task.FromException<bool>(_run.Exception) : Task.FromResult(_ended.Count >= until), () => $"{_ended.Count}", within);
    }

    /// <summary>No more requests; those that were sent are answered.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (_run.IsFaulted) await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task CallAsync(WebTarget web, string path)
    {
        using var pace = new PeriodicTimer(Pace);
        while (!_stop.IsCancellationRequested)
        {
            string trace = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            long began = TimeProvider.System.GetTimestamp();
            int status = await web.Ask(path, parent: $"00-{trace}-00f067aa0ba902b7-01");
            _ended[trace] = new TracedRequest(began, TimeProvider.System.GetTimestamp(), status);
            await pace.WaitForNextTickAsync(_stop.Token);
        }
    }
}

/// <summary>Timestamps of <see cref="TimeProvider.System"/>, and the status of HTTP that it was answered with.</summary>
internal sealed record TracedRequest(long Began, long Ended, int Status);
