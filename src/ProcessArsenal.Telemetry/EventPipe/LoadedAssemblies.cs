using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Telemetry.EventPipe.Runtime;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>Whether a target has loaded an OpenTelemetry SDK, by what its runtime says: those that it loads while a session listens are told of by
/// that, those from before by a second that ends at once (its rundown). A runtime knows its assemblies wherever they came from: a file, a single-file
/// program, memory. Safe for concurrent use.</summary>
internal sealed class LoadedAssemblies
{
    /// <summary>Of the runtime's own provider: assemblies that are loaded.</summary>
    public const long Keyword = 0x8;

    private const string RundownProvider = "Microsoft-Windows-DotNETRuntimeRundown";

    /// <summary>The assembly that samples. Those whose names go on, as OpenTelemetry.Api, only let a program ask whether something does.</summary>
    private const string Sdk = "OpenTelemetry";

    private const int Loaded = 154, WasLoaded = 156; // AssemblyLoad, AssemblyDCStop
    private const int IdsSize = 3 * sizeof(long) + sizeof(int); // assembly, domain, binding; flags

    /// <summary>An assembly takes a kilobyte of it, and most programs have a hundred.</summary>
    private const int RundownMegabytes = 4;

    private readonly TaskCompletionSource _sdk = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    /// <summary>Ends when it is known that the target has one. It keeps it then: no more is asked.</summary>
    public Task SdkFound => _sdk.Task;

    /// <summary>Asks which there are; to be called when a session listens to those that are loaded meanwhile. Since .NET 9: before, a runtime can't be asked
    /// without all of its methods being told too.</summary>
    /// <returns>Whether it is known now whether it has an SDK. Not so if it can't be asked, names none, or if some of its answer did not come.</returns>
    /// <exception cref="TimeoutException">The target does not answer.</exception>
    public async Task<bool> AskAsync(DiagnosticSocket socket, TimeProvider time, CancellationToken cancellationToken)
    {
        TargetSession session;
        try
        {
            session = await TargetSession.StartRundownAsync(
                socket, [new EventPipeProvider(RuntimeEvents.Provider, EventLevel.Critical, Keyword)], Keyword, RundownMegabytes, Take, time, cancellationToken);
        }
        catch (DiagnosticsClientException)
        {
            return false;
        }
        await session.DisposeAsync(); // They are told at its end.
        return SdkFound.IsCompleted || (await session.Completion is null && session.Lost == 0 && _count > 0);
    }

    /// <summary>Takes an event of the runtime.</summary>
    public void Take(in NetTraceEvent value, TraceHeader? header)
    {
        if (value.Metadata.Version < 1 || !IsAssembly(value.Metadata)) return;
        var cursor = new BinaryCursor(value.Payload);
        cursor.Skip(IdsSize);
        ReadOnlySpan<char> name = cursor.ReadText();
        if (cursor.HasFailed) return;
        Interlocked.Increment(ref _count);
        int comma = name.IndexOf(',');
        if ((comma < 0 ? name : name[..comma]).Equals(Sdk, StringComparison.OrdinalIgnoreCase)) _ = _sdk.TrySetResult();
    }

    private static bool IsAssembly(EventMetadata kind) =>
        kind.EventId == Loaded ? kind.Provider == RuntimeEvents.Provider : kind.EventId == WasLoaded && kind.Provider == RundownProvider;
}
