using System.Diagnostics;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>A process that says when it hears SIGUSR1, and is there to be acted on.</summary>
internal sealed class Target : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _heard = [];

    public Target(string? program = null)
    {
        _process = Process.Start(new ProcessStartInfo(program ?? Repository.Workload, ["--heard"]) { RedirectStandardOutput = true })!;
        Assert.Equal("ready", _process.StandardOutput.ReadLine());
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) return;
            lock (_heard) _heard.Add(line.Data);
        };
        _process.BeginOutputReadLine();
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

    public void Dispose()
    {
        Signals.Send(_process, Signals.Kill);
        _process.WaitForExit();
        _process.Dispose();
    }
}
