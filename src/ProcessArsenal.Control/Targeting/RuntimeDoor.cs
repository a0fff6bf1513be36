using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;

namespace ProcessArsenal.Control.Targeting;

/// <summary>Where a .NET process is asked, for whoever wants something of it; and if it can't be, why.</summary>
internal static class RuntimeDoor
{
    private const string Silent = "nobody answers on its diagnostic socket: it is stopped, hung, or very busy";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <returns>The socket; or why there is none.</returns>
    /// <exception cref="OperationCanceledException"/>
    public static async Task<(DiagnosticSocket? Socket, string? Why)> OpenAsync(ProcessDirectory directory, TimeProvider time, CancellationToken cancellation)
    {
        byte[] buffer = new byte[8192];
        if (directory.ReadStat(buffer, out ProcStat stat, out _) != ReadOutcome.Ok || directory.ReadStatus(buffer, out ProcStatus status) != ReadOutcome.Ok) return (null, "it has ended");
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            (DiagnosticSocketOutcome outcome, DiagnosticSocket? socket) = await DiagnosticSocket.FindAsync(directory, stat, status, either.Token).ConfigureAwait(false);
            return (socket, outcome switch
            {
                DiagnosticSocketOutcome.Found => null,
                DiagnosticSocketOutcome.Denied => "it is of another user: that takes the same user, root, or CAP_SYS_PTRACE and CAP_DAC_OVERRIDE",
                DiagnosticSocketOutcome.Impostor => "another process listens on its diagnostic socket",
                DiagnosticSocketOutcome.Unreachable => Silent,
                _ => "it is no .NET process, or one that lets nobody in (DOTNET_EnableDiagnostics=0)",
            });
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return (null, Silent);
        }
    }
}
