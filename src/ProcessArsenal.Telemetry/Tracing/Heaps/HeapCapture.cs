using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>Has a program collect its heap and tell what is left, and hands the stream on to who digests it (<see cref="HeapDigest"/>), in another process
/// perhaps. All threads of the program stand still meanwhile.</summary>
/// <remarks>Two sessions: the one that asks for the collection begins only once that is over, and until then nobody could read what it tells.</remarks>
internal sealed class HeapCapture
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const int GcStart = 1, GcEnd = 2, BulkNode = 18;

    /// <summary>GC, types, heap dump, names of types.</summary>
    private const long Listen = 0x1 | 0x80000 | 0x100000 | 0x1000000;

    /// <summary>GCHeapCollect: beginning such a session is asking for a collection.</summary>
    private const long Collect = 0x800000;

    /// <summary>How long the program may take to tell the rest, once it was asked to end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The first runtime that can leave out the stack of each event, which nobody reads here.</summary>
    private const int StacklessSince = 9;

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private uint _collection;
    private long _nodeEvents;

    private HeapCapture()
    {
    }

    /// <summary>Memory of the target for what waits to be read, at most: a program tells of its heap faster than a busy host reads, and what has no room is lost.
    /// Of small objects it tells as many bytes as they have; on two processors nearly all of that waits. It is given back at once.</summary>
    /// <param name="heapBytes">How large its heap is.</param>
    /// <param name="room">Bytes that it may take before it is short of memory; null if not known.</param>
    public static int BufferMegabytes(long heapBytes, long? room) =>
        (int)Math.Clamp(Math.Min(Math.Max(heapBytes + (heapBytes / 4), 128L << 20), (room ?? long.MaxValue) / 2) >> 20, 16, 16_384);

    /// <summary>Does it. Ends by itself.</summary>
    /// <param name="socket">To be held until it has ended.</param>
    /// <param name="runtime">Major version of its runtime; 0 if that is not known.</param>
    /// <param name="bufferMegabytes">See <see cref="BufferMegabytes"/>.</param>
    /// <param name="sink">What the program sends is written to it, as it comes; not disposed.</param>
    /// <param name="deadline">For the program to begin and end the collection.</param>
    /// <exception cref="TimeoutException">The target does not answer.</exception>
    /// <exception cref="DiagnosticsClientException">The target refuses, or is gone.</exception>
    public static async Task<HeapCaptureEnd> RunAsync(
        DiagnosticSocket socket, int runtime, int bufferMegabytes, Stream sink, TimeSpan deadline, TimeProvider time, CancellationToken cancellationToken)
    {
        var capture = new HeapCapture();
        long began = time.GetTimestamp();
        RecordingStream? recording = null;
        await ForgetTypesAsync(socket, runtime, time, cancellationToken).ConfigureAwait(false);
        EventPipeSessionConfiguration listen = Of(Listen, runtime, bufferMegabytes);
        TargetSession session = await TargetSession.StartAsync(
            socket, listen, capture.Take, time, cancellationToken, stream => recording = new RecordingStream(stream, sink, long.MaxValue)).ConfigureAwait(false);
        string? wrong = null;
        await using (recording)
        {
            try
            {
                wrong = await capture.CollectAsync(socket, runtime, session, deadline, time, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await session.EndAsync(Patience).ConfigureAwait(false);
            }
            string? broken = await session.Completion.ConfigureAwait(false);
            return new HeapCaptureEnd(time.GetElapsedTime(began), recording!.Written, session.Lost, wrong ?? recording.Wrong ?? (capture._over.Task.IsCompleted ? null : broken));
        }
    }

    /// <summary>A runtime tells the name of a type once, and forgets that it did only when a session begins or ends while none asks for names. The end of the
    /// one that did does not count, if others go on.</summary>
    private static async Task ForgetTypesAsync(DiagnosticSocket socket, int runtime, TimeProvider time, CancellationToken cancellationToken)
    {
        TargetSession session = await TargetSession.StartAsync(socket, Of(0x1, runtime, 1), static (in NetTraceEvent _, TraceHeader? _) => { }, time, cancellationToken).ConfigureAwait(false);
        await session.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<string?> CollectAsync(DiagnosticSocket socket, int runtime, TargetSession session, TimeSpan deadline, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        Task<EventPipeSession>? asked = null;
        try
        {
            await using DiagnosticsClientConnector connector = await DiagnosticsClientConnector.FromDiagnosticPort(socket.Port, either.Token).ConfigureAwait(false);
            asked = connector.Instance.StartEventPipeSessionAsync(Of(Collect, runtime, 1), either.Token);
            // One that dies meanwhile may leave the question without an answer.
            Task first = await Task.WhenAny(asked, session.Completion).ConfigureAwait(false);
            if (first == asked) await asked.ConfigureAwait(false);
            await Task.WhenAny(_over.Task, session.Completion).WaitAsync(either.Token).ConfigureAwait(false);
            return _over.Task.IsCompleted ? null : "the program ended, or let go of us, before it had told everything";
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is OperationCanceledException or DiagnosticsClientException or IOException or EndOfStreamException)
        {
            return late.IsCancellationRequested ? $"the program did not collect its heap within {deadline.TotalSeconds} s: it is stopped, hung, or very busy" : e.Message;
        }
        finally
        {
            // Before the other: while it lives each session that begins or ends has the program collect again. On .NET 8 and 9 its own end does so too
            // (https://github.com/dotnet/runtime/issues/99487).
            await either.CancelAsync().ConfigureAwait(false);
            if (asked is not null) await EndAsync(asked, time).ConfigureAwait(false);
        }
    }

    private static async Task EndAsync(Task<EventPipeSession> asked, TimeProvider time)
    {
        using var late = new CancellationTokenSource(Patience, time);
        try
        {
            using EventPipeSession trigger = await asked.WaitAsync(late.Token).ConfigureAwait(false);
            await trigger.StopAsync(late.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Whether it is gone or does not answer: closing the stream ends the session with its next write.
        }
    }

    /// <summary>Notices the end; what is told in between goes to the sink unread.</summary>
    private void Take(in NetTraceEvent value, TraceHeader? header)
    {
        if (value.Metadata.Provider != Runtime || _over.Task.IsCompleted) return;
        var cursor = new BinaryCursor(value.Payload);
        switch (value.Metadata.EventId)
        {
            case GcStart when _nodeEvents == 0:
                _collection = (uint)cursor.ReadInt32();
                break;
            case BulkNode:
                _nodeEvents++;
                break;
            case GcEnd when _nodeEvents > 0 && (uint)cursor.ReadInt32() == _collection:
                _over.TrySetResult();
                break;
        }
    }

    private static EventPipeSessionConfiguration Of(long keywords, int runtime, int bufferMegabytes) =>
        new([new EventPipeProvider(Runtime, EventLevel.Informational, keywords)], bufferMegabytes, requestRundown: false, requestStackwalk: runtime < StacklessSince);
}

/// <summary>What came of a capture.</summary>
/// <param name="Duration">From the first question to the end of the session.</param>
/// <param name="Bytes">That were handed on.</param>
/// <param name="Lost">Events that the program wrote and that never came.</param>
/// <param name="Wrong">Why not everything came, in words; null if it did.</param>
internal sealed record HeapCaptureEnd(TimeSpan Duration, long Bytes, long Lost, string? Wrong);
