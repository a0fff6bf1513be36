using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Tracing.Stacks;

namespace ProcessArsenal.Control.Evidence;

/// <summary>Asks the runtime of a process where its threads are.</summary>
internal sealed class EvidenceStacks(ProcFs proc, TimeProvider time)
{
    /// <param name="within">How long it may take.</param>
    /// <returns>Them; or why there are none.</returns>
    public async Task<(ThreadStacks? Stacks, string Why)> TakeAsync(ProcessIdentity target, TimeSpan within, CancellationToken cancellation)
    {
        if (within <= TimeSpan.Zero) return (null, "there was no time left");
        using HeldProcess? process = HeldProcess.Open(proc, target, out string? ended);
        if (process is null) return (null, ended!);
        if (proc.OpenProcess(target.Pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return (null, "it has ended");
        using (directory)
        {
            if (process.HasEnded()) return (null, "it has ended"); // As long as it had not, nobody else could have its number.
            if (TargetFacts.Read(proc, process) is { IsStopped: true }) return (null, "it is stopped"); // Its runtime answers nobody.
            return await TakeAsync(directory!, within, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<(ThreadStacks? Stacks, string Why)> TakeAsync(ProcessDirectory directory, TimeSpan within, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        using var late = new CancellationTokenSource(within, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            (DiagnosticSocket? socket, string? why) = await RuntimeDoor.OpenAsync(directory, time, either.Token).ConfigureAwait(false);
            if (socket is null) return (null, why!);
            using (socket) return (await StackCapture.TakeAsync(socket, within - time.GetElapsedTime(began), time, either.Token).ConfigureAwait(false), "");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, "its runtime did not tell in time");
        }
        catch (Exception e) when (e is TimeoutException or DiagnosticsClientException or IOException)
        {
            return (null, e.Message.TrimEnd('.'));
        }
    }
}
