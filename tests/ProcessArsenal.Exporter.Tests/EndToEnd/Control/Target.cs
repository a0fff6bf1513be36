using System.Diagnostics;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>A process that says when it hears SIGUSR1, and is there to be acted on.</summary>
internal sealed class Target : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _heard = [];
    private readonly SemaphoreSlim _unanswered = new(0);

    public Target(string? program = null)
    {
        _process = Process.Start(new ProcessStartInfo(program ?? Repository.Workload, ["--heard"]) { RedirectStandardOutput = true })!;
        using var ready = new ManualResetEventSlim();
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data == "ready") ready.Set();
            else if (line.Data is not null)
            {
                lock (_heard) _heard.Add(line.Data);
                _unanswered.Release();
            }
        };
        _process.BeginOutputReadLine();
        Assert.True(ready.Wait(TimeSpan.FromSeconds(20)), "The target is not ready.");
    }

    public int Pid => _process.Id;

    public bool IsAlive => !_process.HasExited;

    public string[] Heard
    {
        get
        {
            lock (_heard) return [.. _heard];
        }
    }

    /// <summary>Waits for one more signal to be heard. A second one before that may be merged with the first: standard signals do not queue (signal(7)).</summary>
    public async Task Hears() => Assert.True(await _unanswered.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken), $"The signal was not heard; {Heard.Length} were before.");

    public void Dispose()
    {
        Signals.Send(_process, Signals.Kill);
        _process.WaitForExit();
        _process.Dispose();
        _unanswered.Dispose();
    }
}
