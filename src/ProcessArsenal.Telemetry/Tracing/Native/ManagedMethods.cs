using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Telemetry.EventPipe;

namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>Has the runtime of a .NET process tell where its methods are: those that it compiles meanwhile, and at the end all that it has. Of the latter only those are kept
/// that are asked for.</summary>
internal sealed class ManagedMethods : IAsyncDisposable
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const long Jit = 0x10, Ngen = 0x20;
    private const int BufferMegabytes = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly MethodTable _table;
    private readonly TargetSession _session;

    private ManagedMethods(MethodTable table, TargetSession session) => (_table, _session) = (table, session);

    /// <summary>Methods for which there was no room.</summary>
    public long Dropped => _table.Dropped;

    /// <summary>Begins to listen.</summary>
    /// <param name="socket">To be held until this is disposed.</param>
    /// <exception cref="TimeoutException">The target does not answer.</exception>
    /// <exception cref="DiagnosticsClientException">The target refuses, or is gone.</exception>
    public static async Task<ManagedMethods> StartAsync(DiagnosticSocket socket, TimeProvider time, CancellationToken cancellation)
    {
        var table = new MethodTable();
        var configuration = new EventPipeSessionConfiguration([new EventPipeProvider(Runtime, EventLevel.Verbose, Jit | Ngen)], BufferMegabytes, requestRundown: true);
        return new ManagedMethods(table, await TargetSession.StartAsync(socket, configuration, table.Take, time, cancellation).ConfigureAwait(false));
    }

    /// <summary>Has the runtime tell of all, as far as one of these addresses is in them.</summary>
    /// <param name="wanted">Ascending.</param>
    /// <returns>What each is of; those of no method are left out.</returns>
    public async Task<Dictionary<ulong, string>> NamesOfAsync(ulong[] wanted)
    {
        _table.Want(wanted);
        await DisposeAsync().ConfigureAwait(false);
        return _table.NamesOf(wanted);
    }

    public async ValueTask DisposeAsync() => await _session.EndAsync(Patience).ConfigureAwait(false);
}
