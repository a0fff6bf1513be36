using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>One session on a target: asks its runtime to send events, and reads them until one of the two ends it. A target that is stopped or hung
/// makes nobody wait longer than <see cref="Patience"/>.</summary>
internal sealed class TargetSession : IAsyncDisposable
{
    /// <summary>For each thing that the target is asked.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The first runtime that can leave out the stack of each event (command CollectTracing3); .NET 8 refuses it.</summary>
    private const int StacklessSince = 9;

    private readonly EventPipeSession _session;
    private readonly NetTraceReader _reader;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _abandoned = new();
    private bool _disposed;

    private TargetSession(EventPipeSession session, Stream stream, TargetEventHandler handler, bool keepsStacks, TimeProvider time)
    {
        _session = session;
        _time = time;
        _reader = new NetTraceReader(stream, keepsStacks);
        Completion = Task.Run(() => ReadAsync(handler)); // Or a target that writes without end would keep whoever begins the session.
    }

    /// <summary>Ends when the stream does: with null where the target ended it in order, else with why it broke off. Never fails.</summary>
    public Task<string?> Completion { get; }

    /// <summary>Events read.</summary>
    public long Events => _reader.Events;

    /// <summary>Events that the target wrote and that never came.</summary>
    public long Lost => _reader.Lost;

    /// <summary>Bytes of its stream that were whole and made sense.</summary>
    public long WholeBytes => _reader.WholeBytes;

    /// <summary>Begins one.</summary>
    /// <param name="socket">To be held for as long as the session lives: ending one takes another connection.</param>
    /// <param name="runtime">Major version of its runtime; 0 if that is not known.</param>
    /// <param name="bufferMegabytes">Memory of the target for events that wait.</param>
    /// <param name="handler">Called by one thread at a time.</param>
    /// <exception cref="TimeoutException">The target does not answer.</exception>
    /// <exception cref="DiagnosticsClientException">The target refuses, or is gone.</exception>
    public static Task<TargetSession> StartAsync(
        DiagnosticSocket socket, int runtime, IReadOnlyList<EventPipeProvider> providers, int bufferMegabytes, TargetEventHandler handler, TimeProvider time, CancellationToken cancellationToken)
    {
        // Nobody reads the stacks, and they are most of what an event costs the target.
        var configuration = new EventPipeSessionConfiguration(providers, bufferMegabytes, requestRundown: false, requestStackwalk: runtime < StacklessSince);
        return StartAsync(socket, configuration, handler, time, cancellationToken);
    }

    /// <summary>Begins one that tells at its end what has been before. Since .NET 9.</summary>
    /// <param name="rundownKeywords">What that is about.</param>
    /// <inheritdoc cref="StartAsync(DiagnosticSocket, int, IReadOnlyList{EventPipeProvider}, int, TargetEventHandler, TimeProvider, CancellationToken)"/>
    public static Task<TargetSession> StartRundownAsync(
        DiagnosticSocket socket, IReadOnlyList<EventPipeProvider> providers, long rundownKeywords, int bufferMegabytes, TargetEventHandler handler, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var configuration = new EventPipeSessionConfiguration(providers, bufferMegabytes, rundownKeywords, requestStackwalk: false);
        return StartAsync(socket, configuration, handler, time, cancellationToken);
    }

    /// <summary>Begins one of any kind.</summary>
    /// <param name="through">What its stream is read through; null for nothing.</param>
    /// <param name="keepsStacks">The handler gets events with their stacks.</param>
    /// <inheritdoc cref="StartAsync(DiagnosticSocket, int, IReadOnlyList{EventPipeProvider}, int, TargetEventHandler, TimeProvider, CancellationToken)"/>
    public static async Task<TargetSession> StartAsync(
        DiagnosticSocket socket, EventPipeSessionConfiguration configuration, TargetEventHandler handler, TimeProvider time, CancellationToken cancellationToken,
        Func<Stream, Stream>? through = null, bool keepsStacks = false)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await using DiagnosticsClientConnector connector = await DiagnosticsClientConnector.FromDiagnosticPort(socket.Port, either.Token);
            EventPipeSession session = await connector.Instance.StartEventPipeSessionAsync(configuration, either.Token);
            return new TargetSession(session, through?.Invoke(session.EventStream) ?? session.EventStream, handler, keepsStacks, time);
        }
        catch (Exception e) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested && e is OperationCanceledException or DiagnosticsClientException or IOException)
        {
            throw new TimeoutException($"The target did not begin a session within {Patience.TotalSeconds} s: it is stopped, hung, or very busy.", e);
        }
        catch (Exception e) when (e is not (OperationCanceledException or DiagnosticsClientException or IOException))
        {
            throw new IOException($"What the target answers makes no sense: {e.Message}", e); // The library takes it as it comes.
        }
    }

    /// <summary>Ends it. What the target has written by then is read, unless it takes too long.</summary>
    public ValueTask DisposeAsync() => new(EndAsync(Patience));

    /// <inheritdoc cref="DisposeAsync"/>
    /// <param name="patience">How long is too long: a target may have much to tell at the end.</param>
    public async Task EndAsync(TimeSpan patience)
    {
        if (_disposed) return;
        _disposed = true;
        using var late = new CancellationTokenSource(patience, _time);
        // The reader goes on meanwhile: the target stops only after it has written what waits. It is asked even if the stream has ended: else the
        // client would ask when it is disposed, and wait for the answer without a deadline.
        await Quietly(_session.StopAsync(late.Token));
        await Quietly(Completion.WaitAsync(late.Token));
        await _abandoned.CancelAsync();
        _session.Dispose();
        _ = await Completion;
        _abandoned.Dispose();
    }

    /// <summary>Whether it is gone, does not answer or answers nonsense: closing the stream ends the session with its next write.</summary>
    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception)
        {
            // See above.
        }
    }

    private async Task<string?> ReadAsync(TargetEventHandler handler)
    {
        try
        {
            await _reader.ReadAsync((in NetTraceEvent value) => handler(value, _reader.Header), _abandoned.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            return e.Message; // Whatever it is, it ends this session and no other.
        }
    }
}

/// <summary>Takes an event of a target.</summary>
/// <param name="header">What holds for its stream; null if it tells nothing of itself, which no runtime does.</param>
internal delegate void TargetEventHandler(in NetTraceEvent value, TraceHeader? header);
