namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Tries something again until there is nothing more to try, or we end.</summary>
internal sealed class Retry(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Each = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private Task _trying = Task.CompletedTask;

    /// <param name="attempt">Says whether there is nothing more to try. Must not throw.</param>
    public void Begin(Func<Task<bool>> attempt) => _trying = RunAsync(attempt);

    /// <summary>Waits for the attempt that is under way.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _trying;
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync(Func<Task<bool>> attempt)
    {
        try
        {
            do await Task.Delay(Each, time, _stop.Token);
            while (!await attempt());
        }
        catch (OperationCanceledException)
        {
            // We end.
        }
    }
}
