using System.Diagnostics;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Tests.Pipeline;

/// <summary>A child of the test that something is done to.</summary>
internal sealed class Victim : IDisposable
{
    private readonly Process _process;
    private readonly ProcFs _proc;
    private bool _isDisposed;

    public Victim(ProcFs proc, string program, string[] arguments)
    {
        _proc = proc;
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Identity = HeldProcess.Identify(proc, _process.Id)!.Value;
    }

    public ProcessIdentity Identity { get; }

    public bool IsAlive => !_process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>A line of what it prints.</summary>
    public string Line() => _process.StandardOutput.ReadLine() ?? "";

    public void Tell(string line) => _process.StandardInput.WriteLine(line);

    public string Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        return Line();
    }

    /// <summary>Ends it, and waits until it has.</summary>
    public void End()
    {
        using (HeldProcess? held = HeldProcess.Open(_proc, Identity, out _)) held?.Send(SignalNames.Kill);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        End();
        _process.Dispose();
    }
}
