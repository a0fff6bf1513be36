using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Telemetry.EventPipe;

namespace ProcessArsenal.Telemetry.Tracing.Dumps;

/// <summary>Has a runtime write a dump of its process: it starts createdump, which lies beside it, and waits for that
/// (<see href="https://github.com/dotnet/diagnostics/blob/main/documentation/design-docs/ipc-protocol.md">ipc-protocol.md</see>).</summary>
internal static class DumpRequest
{
    /// <summary>Waits until it is written. Who cancels only hangs up: createdump goes on.</summary>
    /// <param name="socket">Held until this is done.</param>
    /// <param name="path">Where, as the target calls it.</param>
    /// <returns>Null if it is written; else why not, in the words of the runtime.</returns>
    /// <exception cref="OperationCanceledException"/>
    public static async Task<string?> WriteAsync(DiagnosticSocket socket, DumpType type, string path, CancellationToken cancellation)
    {
        try
        {
            await using DiagnosticsClientConnector connector = await DiagnosticsClientConnector.FromDiagnosticPort(socket.Port, cancellation);
            await connector.Instance.WriteDumpAsync(type, path, WriteDumpFlags.None, cancellation);
            return null;
        }
        catch (UnsupportedCommandException)
        {
            return "its runtime has no such command: it was compiled ahead of time (Native AOT), say";
        }
        catch (Exception e) when (e is not (OperationCanceledException or DiagnosticsClientException or IOException or TimeoutException))
        {
            return $"what it answers makes no sense: {e.Message}"; // The library takes it as it comes.
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (cancellation.IsCancellationRequested) throw new OperationCanceledException(e.Message, e, cancellation);
            return e.Message;
        }
    }
}
